"""The local object service: buckets as folders, objects as files, in the words of S3 and OBS."""
