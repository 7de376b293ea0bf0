"""Looking into a model that nobody trusts yet, in a child process with limits.

A TensorFlow model is a program. So its files are first read as data, and checked against lists of what is
allowed; only then is it loaded and asked, in a process that has no credentials, little time and little memory,
and dies with the one that started it.
"""
