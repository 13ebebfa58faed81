//! What a comparison asks about: an intrinsic of the span or the trace, or an attribute.

use super::semconv;

/// The left side of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Field {
    /// Something that every span or trace has by its nature.
    Intrinsic(Intrinsic),
    /// A key that a sender chose.
    Attribute(Attribute),
}

/// What is no attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intrinsic {
    /// The span's name.
    Name,
    /// `service.name` of its resource; absent where that is empty.
    Service,
    /// Its status.
    Status,
    /// What its sender said of the status; absent where that is empty.
    StatusMessage,
    /// Its kind.
    Kind,
    /// Its end minus its start; absent while it is running.
    Duration,
    /// Whether it has no parent.
    Root,
    /// Of the whole trace, from the earliest start to the latest end.
    TraceDuration,
    /// Name of the trace's root span; absent while no root has arrived.
    RootName,
    /// Service of the trace's root span; absent where that is empty.
    RootServiceName,
    /// The trace's id, in whatever spelling.
    TraceId,
    /// The span's id.
    SpanId,
    /// The id of the span's parent; absent on a root.
    ParentId,
    /// The names of its events.
    EventName,
    /// The traces that its links name.
    LinkTraceId,
    /// The spans that its links name.
    LinkSpanId,
    /// Name of the instrumentation library; absent where that is empty.
    ScopeName,
    /// Version of the instrumentation library; absent where that is empty.
    ScopeVersion,
}

/// What values a field has, and with what it can be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// Text.
    Text,
    /// A status.
    Status,
    /// A kind.
    Kind,
    /// A length of time.
    Duration,
    /// True or false.
    Bool,
    /// A trace id, equal in all spellings.
    TraceId,
    /// Whatever a sender wrote: attributes.
    Any,
}

/// All spellings; the first is the one that is printed.
const INTRINSICS: &[(Intrinsic, &[&str])] = &[
    (Intrinsic::Name, &["name", "span:name"]),
    (Intrinsic::Service, &["service", "service.name", "resource.service.name"]),
    (Intrinsic::Status, &["status", "span:status"]),
    (Intrinsic::StatusMessage, &["statusMessage", "span:statusMessage"]),
    (Intrinsic::Kind, &["kind", "span:kind"]),
    (Intrinsic::Duration, &["duration", "span:duration"]),
    (Intrinsic::Root, &["root"]),
    (Intrinsic::TraceDuration, &["traceDuration", "trace:duration"]),
    (Intrinsic::RootName, &["rootName", "trace:rootName"]),
    (Intrinsic::RootServiceName, &["rootServiceName", "trace:rootService"]),
    (Intrinsic::TraceId, &["trace:id"]),
    (Intrinsic::SpanId, &["span:id"]),
    (Intrinsic::ParentId, &["span:parentID"]),
    (Intrinsic::EventName, &["event:name"]),
    (Intrinsic::LinkTraceId, &["link:traceID"]),
    (Intrinsic::LinkSpanId, &["link:spanID"]),
    (Intrinsic::ScopeName, &["instrumentation:name"]),
    (Intrinsic::ScopeVersion, &["instrumentation:version"]),
];

impl Intrinsic {
    /// As it is printed.
    pub fn name(self) -> &'static str {
        INTRINSICS.iter().find(|(intrinsic, _)| *intrinsic == self).map_or("", |(_, names)| names[0])
    }

    /// By any of its spellings.
    pub fn from_name(name: &str) -> Option<Self> {
        INTRINSICS.iter().find(|(_, names)| names.contains(&name)).map(|(intrinsic, _)| *intrinsic)
    }

    /// Every spelling of every intrinsic.
    pub(super) fn all_names() -> impl Iterator<Item = &'static str> {
        INTRINSICS.iter().flat_map(|(_, names)| names.iter().copied())
    }

    /// Each once.
    #[cfg(test)]
    pub(super) fn all() -> impl Iterator<Item = Self> {
        INTRINSICS.iter().map(|(intrinsic, _)| *intrinsic)
    }

    /// What its values are.
    pub fn value_type(self) -> Type {
        match self {
            Self::Status => Type::Status,
            Self::Kind => Type::Kind,
            Self::Duration | Self::TraceDuration => Type::Duration,
            Self::Root => Type::Bool,
            Self::TraceId | Self::LinkTraceId => Type::TraceId,
            _ => Type::Text,
        }
    }

    /// Whether every span has it.
    pub fn always_there(self) -> bool {
        matches!(self, Self::Name | Self::Status | Self::Kind | Self::Root | Self::TraceDuration | Self::TraceId | Self::SpanId)
    }
}

/// Where an attribute is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// On the span, then its resource, then its instrumentation scope, then its events: the first place that has it.
    Any,
    /// On the span.
    Span,
    /// On the span's resource.
    Resource,
    /// On the span's events: on each that has it.
    Event,
    /// On the span's links: on each that has it.
    Link,
    /// On the span's instrumentation scope.
    Instrumentation,
}

impl Scope {
    /// Those that are written before the key.
    pub(super) const NAMED: [Self; 5] = [Self::Span, Self::Resource, Self::Event, Self::Link, Self::Instrumentation];

    /// The word before the point; empty for [`Scope::Any`].
    pub fn name(self) -> &'static str {
        match self {
            Self::Any => "",
            Self::Span => "span",
            Self::Resource => "resource",
            Self::Event => "event",
            Self::Link => "link",
            Self::Instrumentation => "instrumentation",
        }
    }
}

/// An attribute of a span or of something that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    scope: Scope,
    key: String,
    aliases: &'static [&'static str],
}

impl Attribute {
    /// The attribute of this very key; what means an intrinsic elsewhere is an attribute here.
    pub fn new(scope: Scope, key: impl Into<String>) -> Self {
        let key = key.into();
        let aliases = semconv::aliases(&key);
        Self { scope, key, aliases }
    }

    /// Where it is looked for.
    pub fn scope(&self) -> Scope {
        self.scope
    }

    /// As it was written, without its scope.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// All keys under which it is looked for, the written one first. The first that is there counts.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.key.as_str()).chain(self.aliases.iter().copied())
    }

    /// Other attributes from which its value may come in part; see [`semconv::derived_from`].
    pub fn derived_from(&self) -> &'static [&'static str] {
        semconv::derived_from(&self.key)
    }
}

/// Why a word in the place of a field is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NoField {
    /// It begins like one of TraceQL's scoped intrinsics and is none.
    Intrinsic,
    /// A scope without a key, as in `span.`; a quoted key may follow.
    Bare(Scope),
}

impl Field {
    /// The attribute of this very key; shorthand for [`Attribute::new`].
    pub fn attribute(scope: Scope, key: impl Into<String>) -> Self {
        Self::Attribute(Attribute::new(scope, key))
    }

    /// What its values are.
    pub fn value_type(&self) -> Type {
        match self {
            Self::Intrinsic(intrinsic) => intrinsic.value_type(),
            Self::Attribute(_) => Type::Any,
        }
    }

    /// What an unquoted word means as a field.
    pub(super) fn from_word(word: &str) -> Result<Self, NoField> {
        if let Some(intrinsic) = Intrinsic::from_name(word) {
            return Ok(Self::Intrinsic(intrinsic));
        }
        if let Some(key) = word.strip_prefix('.') {
            return if key.is_empty() { Err(NoField::Bare(Scope::Any)) } else { Ok(Self::attribute(Scope::Any, key)) };
        }
        for scope in Scope::NAMED {
            match word.strip_prefix(scope.name()).and_then(|rest| rest.strip_prefix('.')) {
                Some("") => return Err(NoField::Bare(scope)),
                Some(key) => return Ok(Self::attribute(scope, key)),
                None => {}
            }
        }
        match word.split_once(':') {
            Some(("span" | "trace" | "event" | "link" | "instrumentation", _)) => Err(NoField::Intrinsic),
            _ => Ok(Self::attribute(Scope::Any, word)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_spelling_means_two_intrinsics_and_each_has_one() {
        let mut names: Vec<_> = Intrinsic::all_names().collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
        for intrinsic in Intrinsic::all() {
            assert_eq!(Intrinsic::from_name(intrinsic.name()), Some(intrinsic));
        }
    }

    #[test]
    fn words_are_intrinsics_then_scoped_attributes_then_attributes() {
        let attribute = |scope, key: &str| Ok(Field::attribute(scope, key));
        assert_eq!(Field::from_word("name"), Ok(Field::Intrinsic(Intrinsic::Name)));
        assert_eq!(Field::from_word("resource.service.name"), Ok(Field::Intrinsic(Intrinsic::Service)));
        assert_eq!(Field::from_word(".name"), attribute(Scope::Any, "name"));
        assert_eq!(Field::from_word("span.name"), attribute(Scope::Span, "name"));
        assert_eq!(Field::from_word("spanner.name"), attribute(Scope::Any, "spanner.name"));
        assert_eq!(Field::from_word("http.status_code"), attribute(Scope::Any, "http.status_code"));
        assert_eq!(Field::from_word("aws:region/zone-1"), attribute(Scope::Any, "aws:region/zone-1"));
        assert_eq!(Field::from_word("span:nme"), Err(NoField::Intrinsic));
        assert_eq!(Field::from_word("span."), Err(NoField::Bare(Scope::Span)));
    }
}
