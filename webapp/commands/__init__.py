"""Commands of `expedito`, one file each; found by webapp/cli.py."""
