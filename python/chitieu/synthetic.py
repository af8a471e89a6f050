"""A made-up province with planted truth."""
