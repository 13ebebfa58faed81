use super::*;

/// A rule with some of its fields replaced (null: left out).
fn rule(changes: &Value) -> Value {
    let mut rule = json!({
        "RuleName": "base-scorekeep", "ResourceARN": "*", "Priority": 9000, "FixedRate": 0.1, "ReservoirSize": 2,
        "ServiceName": "Scorekeep", "ServiceType": "*", "Host": "*", "HTTPMethod": "*", "URLPath": "*", "Version": 1,
    });
    for (field, value) in changes.as_object().unwrap() {
        rule[field] = value.clone();
    }
    rule
}

fn refused(document: &Value) -> String {
    Rules::parse(&document.to_string()).unwrap_err().to_string()
}

fn names(rules: &Rules) -> Vec<&str> {
    rules.rules.iter().map(|rule| rule.name.as_str()).collect()
}

/// What `aws xray get-sampling-rules` prints in the developer guide, with times as its second version writes them.
const EXPORT: &str = r#"{"SamplingRuleRecords": [
    {"SamplingRule": {"RuleName": "Default", "RuleARN": "arn:aws:xray:us-east-1::sampling-rule/Default", "ResourceARN": "*",
        "Priority": 10000, "FixedRate": 0.01, "ReservoirSize": 0, "ServiceName": "*", "ServiceType": "*", "Host": "*",
        "HTTPMethod": "*", "URLPath": "*", "Version": 1, "Attributes": {}},
     "CreatedAt": 0.0, "ModifiedAt": "2018-07-02T19:02:01+00:00"},
    {"SamplingRule": {"RuleName": "base-scorekeep", "RuleARN": "arn:aws:xray:us-east-1::sampling-rule/base-scorekeep",
        "ResourceARN": "*", "Priority": 9000, "FixedRate": 0.1, "ReservoirSize": 2, "ServiceName": "Scorekeep", "ServiceType": "*",
        "Host": "*", "HTTPMethod": "*", "URLPath": "*", "Version": 1, "Attributes": {}},
     "CreatedAt": 1530573954.0, "ModifiedAt": 1530920505.0},
    {"SamplingRule": {"RuleName": "polling-scorekeep", "RuleARN": "arn:aws:xray:us-east-1::sampling-rule/polling-scorekeep",
        "ResourceARN": "*", "Priority": 5000, "FixedRate": 0.003, "ReservoirSize": 0, "ServiceName": "Scorekeep",
        "ServiceType": "*", "Host": "*", "HTTPMethod": "GET", "URLPath": "/api/state/*", "Version": 1, "Attributes": {}},
     "CreatedAt": 1530918163.0, "ModifiedAt": 1530918163.0}], "NextToken": null}"#;

#[test]
fn an_export_is_answered_in_the_order_in_which_its_rules_are_tried() {
    let rules = Rules::parse(EXPORT).unwrap();
    assert_eq!(names(&rules), ["polling-scorekeep", "base-scorekeep", "Default"]);
    assert_eq!((rules.own(), rules.has_own_default(), rules.warnings()), (3, true, vec![]));
    let default = rules.get("Default").unwrap();
    assert_eq!((default.fixed_rate, default.reservoir_size), (0.01, 0));
    let export: Value = serde_json::from_str(EXPORT).unwrap();
    let answered = rules.records(1_530_920_505.0);
    for (answered, exported) in answered.iter().zip([2, 1, 0]) {
        assert_eq!(answered["SamplingRule"], export["SamplingRuleRecords"][exported]["SamplingRule"]);
        assert_eq!((&answered["CreatedAt"], &answered["ModifiedAt"]), (&json!(1_530_920_505.0), &json!(1_530_920_505.0)));
    }
}

#[test]
fn rules_may_be_wrapped_in_every_way_that_the_aws_command_knows() {
    let bare = rule(&json!({}));
    let input = json!({"SamplingRule": bare, "Tags": [{"Key": "team", "Value": "a"}]});
    let expected = Rules::parse(&bare.to_string()).unwrap();
    for document in [
        json!([bare]),
        input.clone(),
        json!([input]),
        json!({"SamplingRuleRecords": [{"SamplingRule": bare, "CreatedAt": 0, "ModifiedAt": 0}]}),
    ] {
        assert_eq!(Rules::parse(&document.to_string()).unwrap(), expected, "{document}");
    }
    assert_eq!(names(&expected), ["base-scorekeep", "Default"]);
}

#[test]
fn what_no_rule_is_about_is_sampled_where_there_is_no_default() {
    let rules = Rules::parse("[]").unwrap();
    assert_eq!((rules.own(), rules.has_own_default(), rules.get("Default").unwrap().fixed_rate), (0, false, 1.0));
    assert_eq!(rules.rules, Rules::everything().rules);
}

#[test]
fn what_sdks_cannot_use_is_said() {
    let rules = json!([
        rule(&json!({"RuleName": "Default", "Priority": 10000, "ServiceName": "*"})),
        rule(&json!({"RuleName": "a", "ResourceARN": "arn:aws:apigateway:*"})),
        rule(&json!({"RuleName": "b", "Attributes": {"country": "C?"}})),
    ]);
    assert_eq!(
        Rules::parse(&rules.to_string()).unwrap().warnings(),
        [
            "X-Ray's SDKs ignore the rule `a`, because of its ResourceARN",
            "X-Ray's SDKs ignore the rule `b`, because of its Attributes"
        ]
    );
}

#[test]
fn rules_of_one_priority_are_tried_by_name() {
    let rules = json!([
        rule(&json!({"RuleName": "b"})),
        rule(&json!({"RuleName": "a"})),
        rule(&json!({"RuleName": "c", "Priority": 1}))
    ]);
    assert_eq!(names(&Rules::parse(&rules.to_string()).unwrap()), ["c", "a", "b", "Default"]);
}

#[test]
fn the_limits_of_x_ray_are_ours() {
    let good = [
        json!({"RuleName": "x".repeat(32)}),
        json!({"Priority": 1}),
        json!({"Priority": 9999}),
        json!({"FixedRate": 0}),
        json!({"FixedRate": 1}),
        json!({"ReservoirSize": 0}),
        json!({"Attributes": {"a": "1", "b": "2", "c": "3", "d": "4", "e": "5"}}),
        json!({"Attributes": null, "RuleARN": null}),
        json!({"SamplingRateBoost": {"MaxRate": 0.5, "CooldownWindowMinutes": 5}}),
    ];
    for changes in good {
        assert!(Rules::parse(&rule(&changes).to_string()).is_ok(), "{changes}");
    }
    let bad = [
        json!({"RuleName": "x".repeat(33)}),
        json!({"RuleName": ""}),
        json!({"RuleName": null}),
        json!({"Priority": 0}),
        json!({"Priority": 10000}),
        json!({"Priority": 10001}),
        json!({"Priority": 1.5}),
        json!({"Priority": "1"}),
        json!({"RuleName": "Default"}),
        json!({"RuleName": "Default", "Priority": 10000}),
        json!({"FixedRate": 1.01}),
        json!({"FixedRate": -0.1}),
        json!({"FixedRate": null}),
        json!({"ReservoirSize": -1}),
        json!({"ReservoirSize": 2_147_483_648_u64}),
        json!({"Version": 2}),
        json!({"HTTPMethod": "PROPPATCH12"}),
        json!({"Host": ""}),
        json!({"URLPath": 1}),
        json!({"Attributes": {"a": "1", "b": "2", "c": "3", "d": "4", "e": "5", "f": "6"}}),
        json!({"Attributes": {"a": 1}}),
        json!({"Attributes": []}),
        json!({"SamplingRateBoost": {"MaxRate": 2, "CooldownWindowMinutes": 5}}),
        json!({"SamplingRateBoost": {"MaxRate": 1}}),
        json!({"FixdRate": 0.5}),
    ];
    let said: Vec<_> = bad.iter().map(|changes| refused(&rule(changes))).collect();
    insta::assert_snapshot!(said.join("\n"), @r#"
    rule 1 (`xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx`): RuleName: 33 characters are more than 32
    rule 1 (``): RuleName: it is empty
    rule 1: RuleName: it is missing
    rule 1 (`base-scorekeep`): Priority: 0 is no whole number from 1 to 10000
    rule 1 (`base-scorekeep`): Priority: it is 1 to 9999; only that of Default is 10000
    rule 1 (`base-scorekeep`): Priority: 10001 is no whole number from 1 to 10000
    rule 1 (`base-scorekeep`): Priority: 1.5 is no whole number from 1 to 10000
    rule 1 (`base-scorekeep`): Priority: "1" is no whole number from 1 to 10000
    rule 1 (`Default`): Priority: that of Default is 10000
    rule 1 (`Default`): ServiceName: Default is for every request: it is `*`
    rule 1 (`base-scorekeep`): FixedRate: 1.01 is no number from 0 to 1 (1 is 100 %)
    rule 1 (`base-scorekeep`): FixedRate: -0.1 is no number from 0 to 1 (1 is 100 %)
    rule 1 (`base-scorekeep`): FixedRate: it is missing
    rule 1 (`base-scorekeep`): ReservoirSize: -1 is no whole number from 0 to 2147483647
    rule 1 (`base-scorekeep`): ReservoirSize: 2147483648 is no whole number from 0 to 2147483647
    rule 1 (`base-scorekeep`): Version: 2 is not 1
    rule 1 (`base-scorekeep`): HTTPMethod: 11 characters are more than 10; `*` matches everything
    rule 1 (`base-scorekeep`): Host: it is empty; `*` matches everything
    rule 1 (`base-scorekeep`): URLPath: it is no text; `*` matches everything
    rule 1 (`base-scorekeep`): Attributes: 6 attributes are more than 5
    rule 1 (`base-scorekeep`): Attributes: `a`: it is no text
    rule 1 (`base-scorekeep`): Attributes: it is no object of names and patterns
    rule 1 (`base-scorekeep`): SamplingRateBoost: MaxRate: 2 is no number from 0 to 1 (1 is 100 %)
    rule 1 (`base-scorekeep`): SamplingRateBoost: CooldownWindowMinutes is missing
    rule 1 (`base-scorekeep`): unknown field `FixdRate`; the fields of a rule are RuleName, RuleARN, ResourceARN, Priority, FixedRate, ReservoirSize, ServiceName, ServiceType, Host, HTTPMethod, URLPath, Version, Attributes, SamplingRateBoost
    "#);
}

#[test]
fn what_is_wrong_with_the_document_is_said() {
    let good = rule(&json!({}));
    let bad = [
        json!("rules"),
        json!([good, 7]),
        json!([good, good]),
        json!({"SamplingRule": 7}),
        json!({"SamplingRule": good, "SamplingRules": []}),
        json!({"SamplingRuleRecords": {}}),
        json!({"SamplingRuleRecords": [], "NextToken": "abc"}),
        json!({"SamplingRuleRecords": [], "Rules": []}),
        json!(vec![good; 1001]),
        json!({}),
    ];
    let mut said: Vec<_> = bad.iter().map(refused).collect();
    said.push(Rules::parse("{\"SamplingRule\":\n").unwrap_err().to_string());
    insta::assert_snapshot!(said.join("\n"), @"
    neither a rule nor a list of rules
    rule 2: it is no object
    rule 2 (`base-scorekeep`): RuleName: another rule has this name
    rule 1: it is no object
    rule 1: unknown member `SamplingRules` beside SamplingRule
    SamplingRuleRecords is no list
    it ends with a NextToken: these are not all of the rules; export them without --no-paginate
    unknown member `Rules` beside SamplingRuleRecords
    1001 rules are more than 1000
    rule 1: RuleName: it is missing
    no JSON: EOF while parsing a value at line 2 column 0
    ");
}
