"""What follows from the facts of a plan's tasks; pure: no ORM, no clock, no settings."""
