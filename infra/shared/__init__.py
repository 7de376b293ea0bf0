"""What both programs use, and what one hands over to the other."""
