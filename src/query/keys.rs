//! Which attributes an expression looks at.

use super::ast::{Expr, Measure};
use super::field::Field;

impl Expr {
    /// The keys of all attributes that decide it, with their other names and what they may be put together from. Sorted, each once.
    pub fn attribute_keys(&self) -> Vec<String> {
        let mut keys = Vec::new();
        let mut add = |field: &Field| {
            if let Field::Attribute(attribute) = field {
                keys.extend(attribute.names().map(str::to_owned));
                keys.extend(attribute.derived_from().iter().map(|key| (*key).to_owned()));
            }
        };
        self.each_selector(&mut |selector| selector.each_predicate(&mut |predicate| add(&predicate.field)));
        self.each_measure(&mut |measure| {
            if let Measure::Of(_, field) = measure {
                add(field);
            }
        });
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// Recursion is bounded by how deep the parser nests ([`super::MAX_DEPTH`]).
    fn each_measure<'a>(&'a self, visit: &mut dyn FnMut(&'a Measure)) {
        match self {
            Self::Select(_) => {}
            Self::And(parts) | Self::Or(parts) => parts.iter().for_each(|part| part.each_measure(visit)),
            Self::Structure { first, rest } => {
                first.each_measure(visit);
                for (_, right) in rest {
                    right.each_measure(visit);
                }
            }
            Self::Pipe(inner, aggregates) => {
                inner.each_measure(visit);
                for aggregate in aggregates {
                    visit(&aggregate.measure);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_of_selectors_and_aggregates_come_with_their_other_names() {
        let keys = |source: &str| source.parse::<Expr>().unwrap().attribute_keys();
        assert_eq!(keys("name = a and http.status_code >= 500"), ["http.response.status_code", "http.status_code"]);
        assert_eq!(keys("{ not a = 1 } >> { span.b exists } | max(c) > 1"), ["a", "b", "c"]);
        assert_eq!(keys("http.target = \"/x\""), ["http.target", "url.path", "url.query"]);
        assert!(keys("duration > 1s").is_empty());
    }
}
