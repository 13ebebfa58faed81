//! Comparisons with attributes that are annotations.
//!
//! In the index a text, a number and a truth value are different things; our language reads each as the others where that makes
//! sense. So every comparison becomes one of each kind of which the value may be.

use super::formula::{Formula, decimal, quoted};
use super::part::Part;
use crate::query::{Attribute, Literal, Number, Op, Scope, Test};

/// What a comparison with an annotation requires; `None` where the attribute is none that X-Ray indexes under its name.
pub(super) fn annotation(attribute: &Attribute, test: &Test) -> Option<Part> {
    let key = attribute.key();
    let here = matches!(attribute.scope(), Scope::Any | Scope::Span);
    // With a point in it, it may come from elsewhere, and with a digit in front it may not be read as a name.
    let indexed =
        key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') && !key.starts_with(|c: char| c.is_ascii_digit());
    let simple = attribute.names().count() == 1 && attribute.derived_from().is_empty();
    (here && indexed && simple && !key.is_empty()).then(|| Values { keyword: format!("annotation.{key}") }.part(test))
}

/// A number that all whole numbers of more than 63 bits exceed.
const LARGE: &str = "9007199254740991";

struct Values {
    /// As it is written before the operator.
    keyword: String,
}

/// Conditions of which one must hold, and whether one holds only where the comparison does.
struct Conditions {
    all: Vec<String>,
    exact: bool,
}

impl Conditions {
    fn new() -> Self {
        Self { all: Vec::new(), exact: true }
    }

    fn add(&mut self, exact: bool, conditions: impl IntoIterator<Item = String>) {
        self.exact &= exact;
        self.all.extend(conditions);
    }

    fn part(self) -> Part {
        match Formula::any_of(self.all) {
            Some(formula) if self.exact => Part::exactly(formula),
            Some(formula) => Part::sound(formula),
            None => Part::nothing(),
        }
    }
}

impl Values {
    fn part(&self, test: &Test) -> Part {
        let mut conditions = Conditions::new();
        match test {
            Test::Missing => return Part::nothing(),
            Test::Exists => conditions.add(true, self.there()),
            // All of these want it to be there.
            Test::Compare(Op::Ne, _) | Test::NotIn(_) | Test::Matches(_) | Test::NotMatches(_) => {
                conditions.add(false, self.there());
            }
            Test::Compare(op, literal) => self.compare(*op, literal, &mut conditions),
            Test::In(literals) => literals.iter().for_each(|literal| self.compare(Op::Eq, literal, &mut conditions)),
            Test::Contains(part) => self.textual("CONTAINS", part, &|text| text.contains(part), &mut conditions),
            Test::StartsWith(part) => self.textual("BEGINSWITH", part, &|text| text.starts_with(part), &mut conditions),
            Test::EndsWith(part) => self.textual("ENDSWITH", part, &|text| text.ends_with(part), &mut conditions),
        }
        conditions.part().but_likely(self.usual(test))
    }

    fn is(&self, operator: &str, value: &str) -> String {
        format!("{} {operator} {value}", self.keyword)
    }

    /// Whatever its value is. What the keyword alone means is not documented for a text.
    fn there(&self) -> [String; 5] {
        let [positive, negative] = self.any_number();
        [self.any_text(), positive, negative, self.is("=", "true"), self.is("=", "false")]
    }

    fn any_text(&self) -> String {
        self.is("CONTAINS", "\"\"")
    }

    fn any_number(&self) -> [String; 2] {
        [self.is(">=", "0"), self.is("<", "0")]
    }

    fn compare(&self, op: Op, literal: &Literal, conditions: &mut Conditions) {
        match literal {
            Literal::Text(text) => {
                match quoted(text).filter(|_| op == Op::Eq) {
                    Some(text) => conditions.add(true, [self.is("=", &text)]),
                    // X-Ray does not say that it orders texts.
                    None => conditions.add(false, [self.any_text()]),
                }
                if op != Op::Eq {
                    // A whole number of more than 63 bits is a text with us, and ordered as one.
                    conditions.add(false, [self.is(">=", LARGE)]);
                }
                if let Some(number) = Number::parse(text) {
                    self.compare_number(op, number, conditions);
                }
                let truth = [true, false].into_iter().find(|yes| text.eq_ignore_ascii_case(&yes.to_string()));
                conditions.add(true, truth.filter(|_| op.holds_of_equals()).map(|yes| self.is("=", &yes.to_string())));
            }
            Literal::Number(number) => {
                self.compare_number(op, *number, conditions);
                // A number can be written in endless ways: 500, 500.0, 5e2.
                conditions.add(false, [self.any_text()]);
            }
            Literal::Bool(yes) => {
                conditions.add(true, op.holds_of_equals().then(|| self.is("=", &yes.to_string())));
                // In any case.
                conditions.add(false, [self.any_text()]);
            }
            Literal::Duration(_) => conditions.add(false, [self.any_text()]),
            // No attribute equals one.
            Literal::Status(_) | Literal::Kind(_) => conditions.add(false, self.there()),
        }
    }

    fn compare_number(&self, op: Op, number: Number, conditions: &mut Conditions) {
        match decimal(number) {
            Some(number) => conditions.add(true, [self.is(op.symbol(), &number)]),
            None => conditions.add(false, self.any_number()),
        }
    }

    fn textual(&self, word: &str, part: &str, holds: &dyn Fn(&str) -> bool, conditions: &mut Conditions) {
        match quoted(part) {
            Some(part) => conditions.add(true, [self.is(word, &part)]),
            None => conditions.add(false, [self.any_text()]),
        }
        // A number is compared as it is written.
        if part.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-')) {
            conditions.add(part.is_empty(), self.any_number());
        }
        let truths = ["true", "false"].into_iter().filter(|text| holds(text));
        conditions.add(true, truths.map(|text| self.is("=", text)));
    }

    /// Where a number or a truth value is asked for, it is most likely that, or text in the usual spelling. `None` where nothing
    /// narrower is known than what is asked anyway.
    fn usual(&self, test: &Test) -> Option<Formula> {
        let usual = |literal: &Literal| {
            let value = match literal {
                Literal::Number(number) => decimal(*number)?,
                Literal::Bool(yes) => yes.to_string(),
                _ => return None,
            };
            Some([self.is("=", &value), self.is("=", &format!("\"{value}\""))])
        };
        match test {
            Test::Compare(Op::Eq, literal) => Formula::any_of(usual(literal)?),
            Test::In(literals) => {
                Formula::any_of(literals.iter().map(usual).collect::<Option<Vec<_>>>()?.into_iter().flatten())
            }
            _ => None,
        }
    }
}

/// Of operators.
trait HoldsOfEquals {
    /// Whether it holds of two values that are equal.
    fn holds_of_equals(self) -> bool;
}

impl HoldsOfEquals for Op {
    fn holds_of_equals(self) -> bool {
        self.holds(std::cmp::Ordering::Equal)
    }
}
