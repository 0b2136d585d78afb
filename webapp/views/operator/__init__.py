"""What keeps an installation running: people, calendars, incidents, halts, mail; opened at the first visit."""
