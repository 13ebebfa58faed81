//! What of a filter X-Ray can answer itself, in its own filter expressions.
