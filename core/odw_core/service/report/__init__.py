"""The walkthrough of a run or session for people who were not there: values in, one document out. Pure."""
