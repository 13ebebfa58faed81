//! The question: the filter expression, its parser, printer and evaluator.
