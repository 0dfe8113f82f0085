"""What the bot costs: figures as ratios taken in one run, never a test."""
