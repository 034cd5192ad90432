"""What the clock does: end what is over, sweep what is left, mend what is wrong."""
