"""What will be spent: a forecast a day, the total of a period, and how sure both are."""
