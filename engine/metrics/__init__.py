"""Questions asked of what happened: how long cases take, where they wait, what is open."""
