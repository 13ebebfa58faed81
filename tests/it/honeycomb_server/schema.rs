//! Datasets, columns and definitions.

use serde_json::{Value, json};

use super::{ask_with, get, parsed, row};
use crate::support::honeycomb::{AllColumns, CLASSIC, Cell, Honeycomb, Setup};

fn service() -> Honeycomb {
    let service = Honeycomb::start();
    service.ingest_rows(vec![
        row("web", [("trace.span_id", Cell::Text("a".into())), ("n", Cell::Int(1)), ("error", Cell::Bool(true))]),
        row("web", [("n", Cell::Float(1.5)), ("duration_ms", Cell::Float(2.0))]),
        row("My API!", [("n", Cell::Text("x".into()))]),
    ]);
    service
}

fn keys_and_types(answer: &Value) -> Vec<(String, String)> {
    let text = |column: &Value, key: &str| column[key].as_str().unwrap().to_owned();
    answer.as_array().unwrap().iter().map(|column| (text(column, "key_name"), text(column, "type"))).collect()
}

#[test]
fn a_column_has_the_type_of_what_came_first_in_its_dataset() {
    let service = service();
    let columns = parsed(&get(&service, "/1/columns/web"));
    let of = |pairs: &[(&str, &str)]| pairs.iter().map(|(key, kind)| ((*key).into(), (*kind).into())).collect::<Vec<_>>();
    let web = [("duration_ms", "float"), ("error", "boolean"), ("n", "integer"), ("trace.span_id", "string")];
    assert_eq!(keys_and_types(&columns), of(&web));
    assert_eq!(columns[0]["hidden"], false);
    assert!(chrono::DateTime::parse_from_rfc3339(columns[0]["last_written"].as_str().unwrap()).is_ok());
    service.hide_column("n");
    assert_eq!(parsed(&get(&service, "/1/columns/web?key_name=n"))["hidden"], true);
    assert_eq!(parsed(&get(&service, "/1/columns/web?key_name=trace.span%5Fid"))["type"], "string");
    assert_eq!(get(&service, "/1/columns/web?key_name=m").status, 404);
    let missing = get(&service, "/1/columns/nowhere");
    assert_eq!((missing.status, &parsed(&missing)["detail"]), (404, &json!("Dataset not found")));
}

#[test]
fn all_columns_repeat_a_key_of_several_datasets_or_do_not() {
    let service = service();
    let of_n = || {
        let all = keys_and_types(&parsed(&get(&service, "/1/columns/__all__")));
        all.into_iter().filter(|(key, _)| key == "n").map(|(_, kind)| kind).collect::<Vec<_>>()
    };
    assert_eq!(of_n(), ["string", "integer"]);
    service.configure(|setup| setup.all_columns = AllColumns::Merged);
    assert_eq!(of_n(), ["string"]);
}

#[test]
fn datasets_are_listed_by_name_and_slug() {
    let listed = parsed(&get(&service(), "/1/datasets"));
    let names: Vec<_> = listed.as_array().unwrap().iter().map(|dataset| (&dataset["name"], &dataset["slug"])).collect();
    assert_eq!(names, [(&json!("My API!"), &json!("my-api-")), (&json!("web"), &json!("web"))]);
    assert_eq!(listed[1]["regular_columns_count"], 4);
}

#[test]
fn a_definition_names_the_columns_that_are_there() {
    let service = service();
    let defined = parsed(&get(&service, "/1/dataset_definitions/web"));
    assert_eq!(defined["span_id"], json!({"name": "trace.span_id", "column_type": "column"}));
    assert_eq!(defined["link_span_id"], Value::Null);
    service.configure(|setup| setup.definitions = [("duration_ms".to_owned(), "n".to_owned())].into());
    assert_eq!(parsed(&get(&service, "/1/dataset_definitions/web"))["duration_ms"]["name"], "n");
    assert_eq!(get(&service, "/1/dataset_definitions/__all__").status, 404, "it is of one dataset");
}

#[test]
fn a_classic_environment_has_datasets_and_no_all() {
    let service = Honeycomb::with(Setup::classic());
    service.ingest_rows(vec![row("traces", [("name", Cell::Text("a".into()))])]);
    let get = |path: &str| ask_with(&service, CLASSIC, &format!("GET {path}"), &Value::Null).status;
    assert_eq!((get("/1/columns/traces"), get("/1/columns/__all__")), (200, 400));
    assert_eq!(ask_with(&service, CLASSIC, "POST /1/queries/__all__", &json!({})).status, 400);
    let created = |path: &str, body| parsed(&ask_with(&service, CLASSIC, &format!("POST {path}"), &body));
    let query = created("/1/queries/traces", json!({"calculations": [{"op": "COUNT"}]}));
    let result = created("/1/query_results/traces", json!({"query_id": query["id"]}));
    let url = result["links"]["query_url"].as_str().unwrap();
    assert!(url.starts_with("https://ui.honeycomb.io/cruddur/datasets/traces/result/"), "{url}");
}
