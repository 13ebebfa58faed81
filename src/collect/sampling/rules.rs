//! Sampling rules: the shapes in which a file may hold them, what is a rule and what is none, and the order in which they are tried.
//!
//! Field by field as X-Ray has it: <https://docs.aws.amazon.com/xray/latest/api/API_SamplingRule.html>,
//! <https://docs.aws.amazon.com/xray/latest/devguide/xray-console-sampling.html>.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::RangeInclusive;

use serde_json::{Map, Value, json};

/// The rule for all that no other matches; its name is reserved.
const DEFAULT: &str = "Default";
const DEFAULT_PRIORITY: u64 = 10_000;

/// Many more than an account may have; the answer to every SDK holds them all.
const MOST: usize = 1000;

/// A set of valid rules, with one for all that the others do not match.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    /// In the order in which they are tried: by priority, then by name.
    rules: Vec<Rule>,
    has_own_default: bool,
}

/// A rule that is valid.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rule {
    pub(super) name: String,
    /// 1 to 9,999; that of the default is 10,000.
    priority: u64,
    /// The share of requests to sample beyond the reservoir, 0 to 1.
    pub(super) fixed_rate: f64,
    /// Requests to sample each second before the rate applies, by all that use the rule together.
    pub(super) reservoir_size: u32,
    /// As `GetSamplingRules` answers it.
    document: Map<String, Value>,
}

/// Why a document holds no sampling rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Which rule, where it is about one: its place from 1, and its name if it has one.
    rule: Option<(usize, Option<String>)>,
    field: Option<String>,
    why: String,
}

impl Refused {
    fn of_document(why: impl Into<String>) -> Self {
        Self { rule: None, field: None, why: why.into() }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.rule {
            Some((place, Some(name))) => write!(f, "rule {place} (`{name}`): ")?,
            Some((place, None)) => write!(f, "rule {place}: ")?,
            None => {}
        }
        if let Some(field) = &self.field {
            write!(f, "{field}: ")?;
        }
        f.write_str(&self.why)
    }
}

impl std::error::Error for Refused {}

/// What a field of a rule may hold.
enum Shape {
    /// Text of so many characters.
    Text(RangeInclusive<usize>),
    /// A pattern of at most so many characters, in which `*` stands for any characters and `?` for one.
    Pattern(usize),
    /// A whole number.
    Whole(RangeInclusive<u64>),
    /// 0 to 1.
    Share,
    /// Names and patterns.
    Attributes,
    /// How far X-Ray may raise the rate by itself. That is not done here.
    Boost,
}

/// A field's name, whether it has to be there, and what it may hold.
const FIELDS: [(&str, bool, Shape); 14] = [
    ("RuleName", true, Shape::Text(1..=32)),
    ("RuleARN", false, Shape::Text(1..=1000)),
    ("ResourceARN", true, Shape::Pattern(500)),
    ("Priority", true, Shape::Whole(1..=DEFAULT_PRIORITY)),
    ("FixedRate", true, Shape::Share),
    // An integer of AWS has 32 bits.
    ("ReservoirSize", true, Shape::Whole(0..=i32::MAX as u64)),
    ("ServiceName", true, Shape::Pattern(64)),
    ("ServiceType", true, Shape::Pattern(64)),
    ("Host", true, Shape::Pattern(64)),
    ("HTTPMethod", true, Shape::Pattern(10)),
    ("URLPath", true, Shape::Pattern(128)),
    ("Version", true, Shape::Whole(1..=1)),
    ("Attributes", false, Shape::Attributes),
    ("SamplingRateBoost", false, Shape::Boost),
];

/// The fields by which a rule chooses requests.
const PATTERNS: [&str; 6] = ["ResourceARN", "ServiceName", "ServiceType", "Host", "HTTPMethod", "URLPath"];

impl Rules {
    /// Every request is sampled.
    pub(super) fn everything() -> Self {
        Self { rules: vec![Rule::everything()], has_own_default: false }
    }

    /// Reads a JSON document: one rule or a list of them, each bare, as the input of `aws xray create-sampling-rule --cli-input-json`
    /// (`{"SamplingRule": …}`), or in a record as `aws xray get-sampling-rules` prints them (`{"SamplingRuleRecords": […]}`).
    ///
    /// Where none is named `Default`, one is added by which everything is sampled: a local receiver is there to see requests, and
    /// whoever wants less of those that no rule is about can say so. What an account exports has its own.
    ///
    /// # Errors
    ///
    /// The first that is wrong, with the rule and the field. A field that X-Ray does not have is wrong: a mistyped one would make
    /// a rule match more than it says.
    pub fn parse(text: &str) -> Result<Self, Refused> {
        let document: Value = serde_json::from_str(text).map_err(|error| Refused::of_document(format!("no JSON: {error}")))?;
        let entries = entries(document)?;
        if entries.len() > MOST {
            return Err(Refused::of_document(format!("{} rules are more than {MOST}", entries.len())));
        }
        let rules = entries.into_iter().enumerate().map(|(index, entry)| Rule::parse(index + 1, entry));
        let mut rules = rules.collect::<Result<Vec<_>, _>>()?;
        let mut names = BTreeSet::new();
        for (index, rule) in rules.iter().enumerate() {
            if !names.insert(rule.name.as_str()) {
                return Err(rule.refused(index + 1, "RuleName", "another rule has this name"));
            }
        }
        let has_own_default = names.contains(DEFAULT);
        if !has_own_default {
            rules.push(Rule::everything());
        }
        rules.sort_by(|a, b| (a.priority, &a.name).cmp(&(b.priority, &b.name)));
        Ok(Self { rules, has_own_default })
    }

    /// How many rules there are, without a default that was added.
    pub fn own(&self) -> usize {
        self.rules.len() - usize::from(!self.has_own_default)
    }

    /// Whether there is a rule `Default` among them.
    pub fn has_own_default(&self) -> bool {
        self.has_own_default
    }

    /// What whoever wrote the rules may not expect, in sentences.
    pub fn warnings(&self) -> Vec<String> {
        let ignored = self.rules.iter().filter_map(|rule| Some((rule, rule.unusable()?)));
        ignored.map(|(rule, field)| format!("X-Ray's SDKs ignore the rule `{}`, because of its {field}", rule.name)).collect()
    }

    pub(super) fn get(&self, name: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.name == name)
    }

    /// The members of `SamplingRuleRecords`, in order; `since` is when they came to be what they are, in epoch seconds.
    pub(super) fn records(&self, since: f64) -> Vec<Value> {
        let record = |rule: &Rule| json!({ "SamplingRule": rule.document, "CreatedAt": since, "ModifiedAt": since });
        self.rules.iter().map(record).collect()
    }
}

/// The rules of a document, unwrapped as far as the list.
fn entries(document: Value) -> Result<Vec<Value>, Refused> {
    let mut records = match document {
        Value::Array(entries) => return Ok(entries),
        Value::Object(object) if !object.contains_key("SamplingRuleRecords") => return Ok(vec![Value::Object(object)]),
        Value::Object(object) => object,
        _ => return Err(Refused::of_document("neither a rule nor a list of rules")),
    };
    if records.get("NextToken").is_some_and(|token| !token.is_null()) {
        return Err(Refused::of_document(
            "it ends with a NextToken: these are not all of the rules; export them without --no-paginate",
        ));
    }
    records.remove("NextToken");
    let entries = records.remove("SamplingRuleRecords");
    if let Some(stranger) = records.keys().next() {
        return Err(Refused::of_document(format!("unknown member `{stranger}` beside SamplingRuleRecords")));
    }
    match entries {
        Some(Value::Array(entries)) => Ok(entries),
        _ => Err(Refused::of_document("SamplingRuleRecords is no list")),
    }
}

impl Rule {
    fn everything() -> Self {
        let mut document = Map::new();
        document.insert("RuleName".to_owned(), DEFAULT.into());
        for pattern in PATTERNS {
            document.insert(pattern.to_owned(), "*".into());
        }
        document.insert("Priority".to_owned(), DEFAULT_PRIORITY.into());
        document.insert("FixedRate".to_owned(), 1.0.into());
        document.insert("ReservoirSize".to_owned(), 1.into());
        document.insert("Version".to_owned(), 1.into());
        Self::of_valid(document)
    }

    /// Reads one rule, with what may be around it. `place` counts from 1.
    fn parse(place: usize, entry: Value) -> Result<Self, Refused> {
        let refused = |name: Option<&str>, field: Option<&str>, why: String| Refused {
            rule: Some((place, name.map(ToOwned::to_owned))),
            field: field.map(ToOwned::to_owned),
            why,
        };
        let no_object = || refused(None, None, "it is no object".to_owned());
        let Value::Object(mut entry) = entry else { return Err(no_object()) };
        let mut document = match entry.remove("SamplingRule") {
            None => entry,
            Some(rule) => {
                // When AWS made the rule, and how it is billed, means nothing here.
                let around = ["CreatedAt", "ModifiedAt", "Tags"];
                if let Some(stranger) = entry.keys().find(|key| !around.contains(&key.as_str())) {
                    return Err(refused(None, None, format!("unknown member `{stranger}` beside SamplingRule")));
                }
                let Value::Object(rule) = rule else { return Err(no_object()) };
                rule
            }
        };
        document.retain(|_, value| !value.is_null());
        let name = document.get("RuleName").and_then(Value::as_str).map(ToOwned::to_owned);
        if let Some(stranger) = document.keys().find(|key| FIELDS.iter().all(|(field, ..)| field != key)) {
            let known: Vec<_> = FIELDS.iter().map(|(field, ..)| *field).collect();
            let why = format!("unknown field `{stranger}`; the fields of a rule are {}", known.join(", "));
            return Err(refused(name.as_deref(), None, why));
        }
        for (field, required, shape) in &FIELDS {
            match document.get(*field) {
                None if *required => return Err(refused(name.as_deref(), Some(field), "it is missing".to_owned())),
                None => {}
                Some(value) => shape.check(value).map_err(|why| refused(name.as_deref(), Some(field), why))?,
            }
        }
        let rule = Self::of_valid(document);
        match (rule.name == DEFAULT, rule.priority == DEFAULT_PRIORITY) {
            (false, true) => Err(rule.refused(place, "Priority", "it is 1 to 9999; only that of Default is 10000")),
            (true, false) => Err(rule.refused(place, "Priority", "that of Default is 10000")),
            (true, true) => {
                let narrow = PATTERNS.iter().find(|field| rule.document.get(**field).is_some_and(|value| value != "*"));
                narrow.map_or(Ok(()), |field| Err(rule.refused(place, field, "Default is for every request: it is `*`")))?;
                Ok(rule)
            }
            (false, false) => Ok(rule),
        }
    }

    /// The field because of which SDKs ignore the rule: they know neither the ARN of what they run on nor attributes.
    fn unusable(&self) -> Option<&'static str> {
        let of_resources = self.document.get("ResourceARN").is_some_and(|arn| arn != "*");
        let attributes = self.document.get("Attributes").and_then(Value::as_object);
        let with_attributes = attributes.is_some_and(|attributes| !attributes.is_empty());
        of_resources.then_some("ResourceARN").or(with_attributes.then_some("Attributes"))
    }

    /// Of a document that was checked.
    fn of_valid(mut document: Map<String, Value>) -> Self {
        let text = |field: &str| document.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
        let whole = |field: &str| document.get(field).and_then(Value::as_u64).unwrap_or_default();
        let name = text("RuleName");
        let (priority, reservoir_size) = (whole("Priority"), whole("ReservoirSize"));
        let fixed_rate = document.get("FixedRate").and_then(Value::as_f64).unwrap_or_default();
        let arn = || format!("arn:aws:xray:us-east-1:000000000000:sampling-rule/{name}").into();
        document.entry("RuleARN").or_insert_with(arn);
        // The SDK for Node takes no rule that has none.
        document.entry("Attributes").or_insert_with(|| json!({}));
        let reservoir_size = u32::try_from(reservoir_size).unwrap_or(u32::MAX);
        Self { name, priority, fixed_rate, reservoir_size, document }
    }

    fn refused(&self, place: usize, field: &str, why: &str) -> Refused {
        Refused { rule: Some((place, Some(self.name.clone()))), field: Some(field.to_owned()), why: why.to_owned() }
    }
}

impl Shape {
    /// # Errors
    ///
    /// What is wrong with the value.
    fn check(&self, value: &Value) -> Result<(), String> {
        match self {
            Self::Text(length) => text(value, length),
            Self::Pattern(most) => text(value, &(1..=*most)).map_err(|why| format!("{why}; `*` matches everything")),
            Self::Whole(range) => match value.as_u64() {
                Some(number) if range.contains(&number) => Ok(()),
                _ if range.start() == range.end() => Err(format!("{value} is not {}", range.start())),
                _ => Err(format!("{value} is no whole number from {} to {}", range.start(), range.end())),
            },
            Self::Share => match value.as_f64() {
                Some(number) if (0.0..=1.0).contains(&number) => Ok(()),
                _ => Err(format!("{value} is no number from 0 to 1 (1 is 100 %)")),
            },
            Self::Attributes => {
                let map = value.as_object().ok_or("it is no object of names and patterns")?;
                if map.len() > 5 {
                    return Err(format!("{} attributes are more than 5", map.len()));
                }
                map.iter().try_for_each(|(key, pattern)| {
                    text(&Value::from(key.as_str()), &(1..=32)).map_err(|why| format!("the name of an attribute: {why}"))?;
                    text(pattern, &(1..=32)).map_err(|why| format!("`{key}`: {why}"))
                })
            }
            Self::Boost => {
                let map = value.as_object().ok_or("it is no object")?;
                let fields = [("MaxRate", Self::Share), ("CooldownWindowMinutes", Self::Whole(0..=i32::MAX as u64))];
                if let Some(stranger) = map.keys().find(|key| fields.iter().all(|(field, _)| field != key)) {
                    return Err(format!("unknown field `{stranger}`"));
                }
                fields.iter().try_for_each(|(field, shape)| {
                    let value = map.get(*field).ok_or_else(|| format!("{field} is missing"))?;
                    shape.check(value).map_err(|why| format!("{field}: {why}"))
                })
            }
        }
    }
}

fn text(value: &Value, length: &RangeInclusive<usize>) -> Result<(), String> {
    let text = value.as_str().ok_or_else(|| "it is no text".to_owned())?;
    match text.chars().count() {
        0 => Err("it is empty".to_owned()),
        characters if !length.contains(&characters) => Err(format!("{characters} characters are more than {}", length.end())),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
