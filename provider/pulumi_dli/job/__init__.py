"""What a job is: its fields, options, live detail, stored record and plan. It sends nothing."""
