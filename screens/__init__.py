"""The Textual desk: pages over the use cases of `caseworker.desk`, without SQL and without HTTP."""
