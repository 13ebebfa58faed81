use super::*;

const NOW: Time = Time(1_795_330_591_500_000_000);

fn rules(text: &str) -> Rules {
    Rules::parse(text).unwrap()
}

/// A rule for everything, of a reservoir and a rate.
fn rule(name: &str, reservoir: u32, rate: f64) -> Value {
    json!({
        "RuleName": name, "ResourceARN": "*", "Priority": 10, "FixedRate": rate, "ReservoirSize": reservoir, "ServiceName": "*",
        "ServiceType": "*", "Host": "*", "HTTPMethod": "*", "URLPath": "*", "Version": 1,
    })
}

fn statistics(name: &str, client: char, requests: u64) -> Value {
    json!({
        "RuleName": name, "ClientID": client.to_string().repeat(24), "RequestCount": requests, "BorrowCount": 1, "SampledCount": 1,
        "Timestamp": 1_795_330_591,
    })
}

fn asked(documents: &[Value]) -> Vec<u8> {
    json!({ "SamplingStatisticsDocuments": documents }).to_string().into_bytes()
}

#[test]
fn a_target_has_the_rule_s_rate_and_the_client_s_part_of_its_reservoir() {
    let mut book = Book::new(rules(&json!([rule("a", 5, 0.25), rule("b", 0, 0.5)]).to_string()), NOW);
    let answer = book.targets(&asked(&[statistics("a", 'a', 110), statistics("b", 'a', 10_500)]), NOW).unwrap();
    let expected = json!({
        "SamplingTargetDocuments": [
            {"RuleName": "a", "FixedRate": 0.25, "ReservoirQuota": 5, "ReservoirQuotaTTL": 1_795_330_621.0, "Interval": 10},
            {"RuleName": "b", "FixedRate": 0.5, "ReservoirQuota": 0, "Interval": 10},
        ],
        "LastRuleModification": 1_795_330_592.0,
        "UnprocessedStatistics": [],
        "UnprocessedBoostStatistics": [],
    });
    assert_eq!(answer, expected);
}

#[test]
fn what_cannot_be_processed_is_told_beside_what_can() {
    let mut book = Book::of_everything(NOW);
    let broken = |field: &str, value: Value| {
        let mut document = statistics("Default", 'a', 1);
        document[field] = value;
        document
    };
    let documents = [
        statistics("gone", 'a', 1),
        statistics("Default", 'a', 1),
        json!("no object"),
        json!({}),
        broken("RuleName", json!(7)),
        broken("ClientID", json!("short")),
        broken("RequestCount", json!(-1)),
        broken("SampledCount", json!("many")),
        broken("Timestamp", Value::Null),
    ];
    let answer = book.targets(&asked(&documents), NOW).unwrap();
    assert_eq!(answer["SamplingTargetDocuments"].as_array().unwrap().len(), 1);
    let lines: Vec<_> = answer["UnprocessedStatistics"].as_array().unwrap().iter().map(Value::to_string).collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    {"ErrorCode":"404","Message":"there is no such rule (any more)","RuleName":"gone"}
    {"ErrorCode":"400","Message":"RuleName is missing, or no text","RuleName":""}
    {"ErrorCode":"400","Message":"RuleName is missing, or no text","RuleName":""}
    {"ErrorCode":"400","Message":"RuleName is missing, or no text","RuleName":""}
    {"ErrorCode":"400","Message":"ClientID is not 24 hexadecimal digits","RuleName":"Default"}
    {"ErrorCode":"400","Message":"RequestCount: invalid value: integer `-1`, expected u64","RuleName":"Default"}
    {"ErrorCode":"400","Message":"SampledCount: invalid type: string \"many\", expected u64","RuleName":"Default"}
    {"ErrorCode":"400","Message":"Timestamp: invalid type: null, expected f64","RuleName":"Default"}
    "#);
}

#[test]
fn what_is_no_request_is_refused_whole() {
    let mut book = Book::of_everything(NOW);
    let said: Vec<_> = ["", "{}", "[]", "{\"SamplingStatisticsDocuments\":{}}", "no json"]
        .iter()
        .map(|body| book.targets(body.as_bytes(), NOW).unwrap_err())
        .collect();
    insta::assert_snapshot!(said.join("\n"), @"
    no SamplingTargets request: EOF while parsing a value at line 1 column 0
    no SamplingTargets request: missing field `SamplingStatisticsDocuments` at line 1 column 2
    no SamplingTargets request: invalid length 0, expected an object at line 1 column 2
    no SamplingTargets request: invalid type: map, expected a sequence at line 1 column 31
    no SamplingTargets request: expected ident at line 1 column 2
    ");
    assert!(book.targets(&asked(&[]), NOW).is_ok());
    let many = |count| format!("{{\"SamplingStatisticsDocuments\":[{}]}}", vec!["0"; count].join(","));
    assert!(book.targets(many(1000).as_bytes(), NOW).is_ok());
    let refused = book.targets(many(1001).as_bytes(), NOW).unwrap_err();
    assert_eq!(refused, "no SamplingTargets request: it has more than 1000 documents");
}

#[test]
fn new_rules_are_newer_than_every_fetch_of_the_old_ones() {
    let mut book = Book::new(rules(&json!([rule("a", 5, 0.25), rule("b", 5, 0.25)]).to_string()), NOW);
    let modified = |book: &Book| book.rules()["SamplingRuleRecords"][0]["ModifiedAt"].clone();
    assert_eq!(modified(&book), json!(1_795_330_592.0), "later than a fetch of the second in which it was made");
    book.targets(&asked(&[statistics("a", 'a', 1), statistics("b", 'a', 1)]), NOW).unwrap();
    // In the same second.
    book.replace(rules(&json!([rule("a", 4, 0.25)]).to_string()), NOW);
    assert_eq!(modified(&book), json!(1_795_330_593.0));
    assert_eq!(book.reservoirs.keys().collect::<Vec<_>>(), ["a"], "what is gone is forgotten");
    // Who has all of the old one gives back what is too much when it reports; until then nothing is given to others.
    let other = book.targets(&asked(&[statistics("a", 'b', 1)]), NOW).unwrap();
    assert_eq!(other["SamplingTargetDocuments"][0]["ReservoirQuota"], 0);
    let again = book.targets(&asked(&[statistics("a", 'a', 1)]), NOW).unwrap();
    assert_eq!(again["SamplingTargetDocuments"][0]["ReservoirQuota"], 2);
}
