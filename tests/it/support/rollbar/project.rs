//! A project: what happened in it, counted under items.

use serde_json::{Map, Value, json};

use super::answer::Answer;

/// So many occurrences are on a page: <https://docs.rollbar.com/reference/list-all-occurrences-in-a-project>.
const OCCURRENCES: usize = 20;
/// So many items are: <https://docs.rollbar.com/reference/list-all-items>.
const ITEMS: usize = 100;
/// Numbers that nobody takes for counters.
const FIRST_ITEM: u64 = 272_505_000;
const FIRST_OCCURRENCE: u64 = 453_568_801_000;

/// An item that stands for others; it has no occurrences of its own.
const GROUP: u64 = 2;

#[derive(Debug, Default)]
pub(super) struct Project {
    /// In the order of their arrival.
    occurrences: Vec<Value>,
    /// Their groups are beside them.
    items: Vec<(String, Map<String, Value>)>,
}

impl Project {
    /// What like errors have in common is what it is called.
    pub(super) fn report(&mut self, second: u64, data: &Value) -> u64 {
        let id = FIRST_OCCURRENCE + self.occurrences.len() as u64;
        let title = title(data);
        let number = self.items.iter().position(|(known, _)| *known == title).unwrap_or_else(|| {
            let counter = self.items.len() as u64 + 1;
            let item = json!({
                "id": FIRST_ITEM + counter, "counter": counter, "project_id": 7, "title": title, "status": "active", "group_status": 1,
                "level": data["level"], "environment": data["environment"], "framework": data["framework"], "platform": "linux",
                "first_occurrence_id": id, "first_occurrence_timestamp": second, "total_occurrences": 0,
            });
            let Value::Object(item) = item else { unreachable!("it was written as one") };
            self.items.push((title.clone(), item));
            self.items.len() - 1
        });
        let item = &mut self.items[number].1;
        item["total_occurrences"] = json!(item["total_occurrences"].as_u64().unwrap_or(0) + 1);
        let earlier = item["first_occurrence_timestamp"].as_u64().unwrap_or(second).min(second);
        let later = item.get("last_occurrence_timestamp").and_then(Value::as_u64).unwrap_or(second).max(second);
        item["first_occurrence_timestamp"] = json!(earlier);
        item.insert("last_occurrence_timestamp".to_owned(), json!(later));
        item.insert("last_occurrence_id".to_owned(), json!(id));
        let item_id = item["id"].clone();
        let mut data = data.clone();
        if let Some(data) = data.as_object_mut() {
            data.insert("timestamp".to_owned(), json!(second));
            data.insert("metadata".to_owned(), json!({"customer_timestamp": second}));
        }
        let occurrence = json!({
            "id": id, "project_id": 7, "item_id": item_id, "timestamp": second, "version": 2, "billable": 1, "data": data,
        });
        self.occurrences.push(occurrence);
        id
    }

    pub(super) fn change_item(&mut self, occurrence: u64, fields: &Value) {
        let of = self.occurrence(occurrence).map(|occurrence| occurrence["item_id"].clone());
        let item = self.items.iter_mut().find(|(_, item)| Some(&item["id"]) == of.as_ref());
        let (item, fields) = (item.expect("it happened"), fields.as_object().expect("fields"));
        item.1.extend(fields.iter().map(|(name, value)| (name.clone(), value.clone())));
    }

    fn occurrence(&self, id: u64) -> Option<&Value> {
        self.occurrences.iter().find(|occurrence| occurrence["id"] == id)
    }

    /// `GET /api/1/instance/ID`
    pub(super) fn one(&self, id: &str) -> Result<Answer, Answer> {
        let found = id.parse().ok().and_then(|id| self.occurrence(id));
        found.map(Answer::result).ok_or_else(|| Answer::not_found("Occurrence"))
    }

    /// `GET /api/1/instances/`: all, the newest first.
    pub(super) fn instances(&self, page: usize) -> Answer {
        let newest_first = self.occurrences.iter().rev();
        paged(page, newest_first)
    }

    /// `GET /api/1/item/ID/instances/`
    pub(super) fn instances_of(&self, id: &str, page: usize) -> Result<Answer, Answer> {
        let item = self.item(id)?;
        let of_item = |occurrence: &&Value| item["group_status"] != GROUP && occurrence["item_id"] == item["id"];
        Ok(paged(page, self.occurrences.iter().rev().filter(of_item)))
    }

    /// An item by its number.
    pub(super) fn item(&self, id: &str) -> Result<&Map<String, Value>, Answer> {
        let id: Option<u64> = id.parse().ok();
        let found = self.items.iter().find(|(_, item)| item["id"].as_u64() == id && id.is_some());
        found.map(|(_, item)| item).ok_or_else(|| Answer::not_found("Item"))
    }

    /// `GET /api/1/item_by_counter/N`, which leads to the item. The documentation's example repeats the token in the address.
    pub(super) fn item_by_counter(&self, counter: &str, token: &str) -> Result<Answer, Answer> {
        let counter: Option<u64> = counter.parse().ok();
        let found = self.items.iter().find(|(_, item)| item["counter"].as_u64() == counter && counter.is_some());
        let (_, item) = found.ok_or_else(|| Answer::not_found("Item"))?;
        let path = format!("/api/1/item/{}", item["id"]);
        let uri = format!("{path}?access_token={token}");
        let result = json!({"itemId": item["id"], "path": path, "uri": uri});
        Ok(Answer::result(&result).status(301).with("location", uri))
    }

    /// `GET /api/1/items/`, narrowed as the page of items is.
    pub(super) fn items(&self, page: usize, query: &[(String, String)]) -> Answer {
        let values = |wanted: &str| query.iter().filter(|(name, _)| name == wanted).map(|(_, value)| value.clone()).collect();
        let ids: Vec<String> =
            query.iter().filter(|(name, _)| name == "ids").flat_map(|(_, ids)| ids.split(',')).map(str::to_owned).collect();
        let narrow: Vec<(&str, Vec<String>)> = ["status", "level", "environment"].map(|name| (name, values(name))).into();
        let fits = |item: &&Map<String, Value>| {
            (ids.is_empty() || ids.contains(&item["id"].to_string()))
                && narrow
                    .iter()
                    .all(|(name, values)| values.is_empty() || values.iter().any(|value| item[*name] == value.as_str()))
        };
        let fitting: Vec<_> = self.items.iter().rev().map(|(_, item)| item).filter(fits).collect();
        let on_page: Vec<_> = fitting.iter().skip((page - 1) * ITEMS).take(ITEMS).collect();
        Answer::result(&json!({"page": page, "total_count": fitting.len(), "items": on_page}))
    }
}

fn paged<'a>(page: usize, newest_first: impl Iterator<Item = &'a Value>) -> Answer {
    let on_page: Vec<_> = newest_first.skip((page - 1) * OCCURRENCES).take(OCCURRENCES).collect();
    Answer::result(&json!({"page": page, "instances": on_page}))
}

fn title(data: &Value) -> String {
    let exception = &data["body"]["trace"]["exception"];
    let chained = &data["body"]["trace_chain"][0]["exception"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    match [exception, chained].into_iter().find(|exception| exception.is_object()) {
        Some(exception) => format!("{}: {}", text(&exception["class"]), text(&exception["message"])),
        None => text(&data["body"]["message"]["body"]),
    }
}
