"""What each route does, one file per subject. A handler is given a checked request and answers with a body or an error."""
