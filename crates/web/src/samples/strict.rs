//! Views that notice when a template asks for something that they do not have.
//!
//! The component macros need lenient look-ups, so the environment cannot be strict; our own views are made strict instead.

use std::sync::{Arc, Mutex};

use minijinja::Value;
use minijinja::value::{Enumerator, Object, ObjectRepr, ValueKind};

/// Names that the component macros ask the context for, whether they are there or not, and functions.
const OPTIONAL: [&str; 6] = [".caller", ".error_for", ".namespace", ".undefined", ".value", ".valueEscaped"];

/// The names that were asked for in vain.
#[derive(Clone, Debug, Default)]
pub(crate) struct Misses(Arc<Mutex<Vec<String>>>);

impl Misses {
    /// The names, and forgets them.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }

    /// `value`, noting every look-up that finds nothing.
    pub(crate) fn watch(&self, value: Value, path: &str) -> Value {
        match value.kind() {
            ValueKind::Map => Value::from_object(Watched { value, path: path.to_owned(), misses: self.clone() }),
            ValueKind::Seq | ValueKind::Iterable => {
                let items = value.try_iter().unwrap().map(|item| self.watch(item, &format!("{path}[]")));
                Value::from(items.collect::<Vec<_>>())
            }
            _ => value,
        }
    }
}

#[derive(Debug)]
struct Watched {
    value: Value,
    path: String,
    misses: Misses,
}

impl Object for Watched {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let path = format!("{}.{key}", self.path);
        match self.value.get_item(key) {
            Ok(found) if !found.is_undefined() => Some(self.misses.watch(found, &path)),
            Ok(_) | Err(_) => {
                if !OPTIONAL.contains(&path.as_str()) {
                    self.misses.0.lock().unwrap().push(path);
                }
                None
            }
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.value.try_iter().unwrap().collect())
    }
}
