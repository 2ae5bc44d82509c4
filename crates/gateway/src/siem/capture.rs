//! A receiver that is memory, and does as a test says.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::failure::{NotTaken, Why};
use super::record::Record;

/// What becomes of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// All of it is taken, and so it is said.
    All,
    /// So many of its records arrive, and then the connection breaks.
    Some(usize),
    /// Nothing arrives.
    Nothing(NotTaken),
}

/// A receiver that keeps what it takes. Cheap to clone; all clones are one.
#[derive(Clone, Debug)]
pub struct ReceiverCapture {
    name: Arc<str>,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Debug, Default)]
struct Kept {
    batches: Vec<Vec<Record>>,
    scripted: VecDeque<Taken>,
}

impl ReceiverCapture {
    /// A receiver that has taken nothing yet.
    pub fn new(name: &str) -> Self {
        Self { name: name.into(), kept: Arc::default() }
    }

    /// What the operator calls it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Ends the next hand-over so; after that, the one after it.
    pub fn end_next(&self, taken: Taken) {
        self.kept().scripted.push_back(taken);
    }

    /// The batches that have arrived, in their order.
    pub fn batches(&self) -> Vec<Vec<Record>> {
        self.kept().batches.clone()
    }

    /// The numbers of the records that have arrived, in their order.
    pub fn numbers(&self) -> Vec<i64> {
        self.kept().batches.iter().flatten().map(|record| record.number).collect()
    }

    /// Takes `records`, or not.
    ///
    /// # Errors
    /// When the test says so.
    pub fn hand_over(&self, records: &[Record]) -> Result<(), NotTaken> {
        let mut kept = self.kept();
        match kept.scripted.pop_front().unwrap_or(Taken::All) {
            Taken::All => {
                kept.batches.push(records.to_vec());
                Ok(())
            }
            Taken::Some(count) => {
                kept.batches.push(records.iter().take(count).cloned().collect());
                Err(Why::Broken.into())
            }
            Taken::Nothing(failure) => Err(failure),
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
