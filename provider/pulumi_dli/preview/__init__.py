"""What is looked up and said of a job before anything is done."""
