"""Reports: what a results file says, for people and for machines. Reads results and cases only."""
