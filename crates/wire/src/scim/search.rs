//! What a client asks for when it asks for several resources [RFC 7644 §3.4.2, §3.4.3].

use serde_json::{Map, Value};
use url::form_urlencoded;

use super::SEARCH_SCHEMA;
use super::definition::Definition;
use super::error::{ScimError, ScimType};
use super::filter::Filter;
use super::normal::{member, require_schema};
use super::projection::Projection;
use super::user::body as object;

/// The longest query that is read, in bytes.
const LONGEST: usize = 16 * 1024;

/// What is asked for. Sorting is not ours to do, so what says how is ignored [RFC 7644 §3.4.2.3].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// Which resources.
    filter: Option<String>,
    /// What of them.
    pub projection: Projection,
    /// From which on; the first is 1.
    pub start: u64,
    /// How many at most; without it, as many as the server likes.
    pub count: Option<u64>,
}

impl Search {
    /// Reads the query of an address.
    ///
    /// # Errors
    /// `invalidValue` or `invalidSyntax`.
    pub fn of_query(query: &str) -> Result<Self, ScimError> {
        if query.len() > LONGEST {
            return Err(ScimError::syntax("The query is too long."));
        }
        let mut sent: Map<String, Value> = Map::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if sent.insert(name.to_string(), value.to_string().into()).is_some() {
                return Err(ScimError::syntax(format!("`{name}` is there twice.")));
            }
        }
        let text = |name: &str| sent.get(name).and_then(Value::as_str);
        let list = |name: &str| text(name).map(|list| list.split(',').collect::<Vec<_>>());
        let number = |name: &str| text(name).map(|number| signed(name, number.parse().ok())).transpose();
        Self::new(
            text("filter").map(str::to_owned),
            Projection::parse(list("attributes"), list("excludedAttributes"))?,
            number("startIndex")?,
            number("count")?,
        )
    }

    /// Reads the body of a request to `.search`.
    ///
    /// # Errors
    /// `invalidValue` or `invalidSyntax`.
    pub fn of_body(body: &[u8]) -> Result<Self, ScimError> {
        let sent = object(body)?;
        require_schema(&sent, SEARCH_SCHEMA)?;
        let of = |name: &str| member(&sent, name).filter(|value| !value.is_null());
        let filter = of("filter").map(|filter| {
            let text = filter.as_str().map(str::to_owned);
            text.ok_or_else(|| ScimError::bad(ScimType::InvalidFilter, "`filter` must be a text."))
        });
        let list = |name: &str| {
            let texts = |list: &'_ Value| -> Option<Vec<String>> {
                list.as_array()?.iter().map(|text| text.as_str().map(str::to_owned)).collect()
            };
            let list = of(name)
                .map(|list| texts(list).ok_or_else(|| ScimError::value(format!("`{name}` must be a list of texts."))));
            list.transpose()
        };
        let (only, without) = (list("attributes")?, list("excludedAttributes")?);
        let number = |name: &str| of(name).map(|number| signed(name, number.as_i64())).transpose();
        let projection = Projection::parse(borrowed(&only), borrowed(&without))?;
        Self::new(filter.transpose()?, projection, number("startIndex")?, number("count")?)
    }

    fn new(
        filter: Option<String>,
        projection: Projection,
        start: Option<i64>,
        count: Option<i64>,
    ) -> Result<Self, ScimError> {
        // [RFC 7644 §3.4.2.4]: less than one is one, and a negative count is none.
        let start = u64::try_from(start.unwrap_or(1)).unwrap_or(1).max(1);
        let count = count.map(|count| u64::try_from(count).unwrap_or(0));
        Ok(Self { filter, projection, start, count })
    }

    /// Whether there is a filter.
    pub const fn has_filter(&self) -> bool {
        self.filter.is_some()
    }

    /// The filter, as one on resources of a kind.
    ///
    /// # Errors
    /// `invalidFilter`
    pub fn filter_for(&self, definition: &Definition) -> Result<Option<Filter>, ScimError> {
        self.filter.as_deref().map(|filter| Filter::parse_for(definition, filter)).transpose()
    }
}

fn borrowed(list: &Option<Vec<String>>) -> Option<Vec<&str>> {
    list.as_ref().map(|list| list.iter().map(String::as_str).collect())
}

fn signed(name: &str, number: Option<i64>) -> Result<i64, ScimError> {
    number.ok_or_else(|| ScimError::value(format!("`{name}` must be a whole number.")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::scim::USER;

    #[test]
    fn a_query_is_read() {
        let search =
            Search::of_query("filter=userName+eq+%22a%2Bb%22&attributes=userName,name&startIndex=0&count=-5").unwrap();
        assert_eq!((search.start, search.count), (1, Some(0)));
        assert_eq!(search.filter_for(&USER).unwrap().unwrap().to_string(), r#"userName eq "a+b""#);
        assert!(search.projection.includes("name") && !search.projection.includes("emails"));
        assert_eq!(Search::of_query("").unwrap().start, 1);
        assert_eq!(Search::of_query("sortBy=x&sortOrder=y&other=z").unwrap().count, None);
    }

    #[test]
    fn a_body_is_read() {
        // [RFC 7644 §3.4.3], the example.
        let body = json!({
            "schemas": [SEARCH_SCHEMA],
            "attributes": ["displayName", "userName"],
            "filter": "displayName sw \"smith\"",
            "startIndex": 1,
            "count": 10
        });
        let search = Search::of_body(body.to_string().as_bytes()).unwrap();
        assert_eq!((search.start, search.count), (1, Some(10)));
        assert!(search.filter_for(&USER).unwrap().is_some());
        assert!(!search.projection.includes("emails"));
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for query in ["count=x", "startIndex=1.5", "filter=a&filter=b", "attributes=a&excludedAttributes=b"] {
            assert_eq!(Search::of_query(query).unwrap_err().status, 400, "{query}");
        }
        assert!(Search::of_query(&format!("filter={}", "x".repeat(20_000))).is_err());
        let body = |name: &str, value: Value| json!({ "schemas": [SEARCH_SCHEMA], name: value }).to_string();
        for body in [
            "{}".to_owned(),
            body("filter", json!(1)),
            body("attributes", json!("userName")),
            body("excludedAttributes", json!([1])),
            body("count", json!("x")),
            json!({ "schemas": [SEARCH_SCHEMA], "attributes": ["a"], "excludedAttributes": ["b"] }).to_string(),
        ] {
            assert_eq!(Search::of_body(body.as_bytes()).unwrap_err().status, 400, "{body}");
        }
    }
}
