//! One row of an answer.

use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::value::{FromVal, Val};
use crate::error::StoreError;

/// The names of an answer's columns, shared by its rows.
pub(crate) type Columns = Arc<[Box<str>]>;

/// One row of an answer.
#[derive(Clone, Debug)]
pub struct Row {
    columns: Columns,
    values: Vec<Val>,
}

impl Row {
    pub(crate) fn new(columns: Columns, values: Vec<Val>) -> Self {
        Self { columns, values }
    }

    /// The column `name`, read as a `T`.
    ///
    /// # Errors
    /// Fails when there is no such column or it holds something else.
    pub fn get<T: FromVal>(&self, name: &str) -> Result<T, StoreError> {
        let value = self.value(name)?;
        T::from_val(value).ok_or_else(|| StoreError::Column { column: name.to_owned(), found: value.kind() })
    }

    /// The JSON column `name`, read as a `T`.
    ///
    /// # Errors
    /// Fails when there is no such column or its JSON has another shape.
    pub fn json<T: DeserializeOwned>(&self, name: &str) -> Result<T, StoreError> {
        let parsed = match self.value(name)? {
            Val::Text(text) => serde_json::from_str(text).ok(),
            Val::Json(json) => serde_json::from_value(json.clone()).ok(),
            _ => None,
        };
        parsed.ok_or_else(|| StoreError::Column { column: name.to_owned(), found: "JSON of another shape" })
    }

    /// Names and values, in the statement's order.
    pub(crate) fn into_values(self) -> Vec<Val> {
        self.values
    }

    fn value(&self, name: &str) -> Result<&Val, StoreError> {
        let index = self.columns.iter().position(|column| &**column == name);
        index
            .and_then(|index| self.values.get(index))
            .ok_or_else(|| StoreError::Column { column: name.to_owned(), found: "no column of that name" })
    }
}
