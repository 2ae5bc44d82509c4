//! How many requests are worked on at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use wardkey_domain::id::ApplicationId;

/// Of one application.
const MOST_OF_ONE: usize = 4;
/// Of all together: the rest of the server goes on meanwhile.
const MOST: usize = 16;

/// Counts who is inside. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Turnstile(Arc<Mutex<HashMap<ApplicationId, usize>>>);

/// One request that is inside until this is dropped.
#[derive(Debug)]
pub struct Inside {
    turnstile: Turnstile,
    application: ApplicationId,
}

impl Turnstile {
    /// Lets one more in, if there is room.
    pub fn enter(&self, application: ApplicationId) -> Option<Inside> {
        let mut inside = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = inside.get(&application).copied().unwrap_or(0);
        if own >= MOST_OF_ONE || inside.values().sum::<usize>() >= MOST {
            return None;
        }
        inside.insert(application, own + 1);
        Some(Inside { turnstile: self.clone(), application })
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        let mut inside = self.turnstile.0.lock().unwrap_or_else(PoisonError::into_inner);
        match inside.get_mut(&self.application) {
            Some(own) if *own > 1 => *own -= 1,
            Some(_) | None => {
                inside.remove(&self.application);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use wardkey_domain::time::Timestamp;

    use super::*;

    fn application(byte: u8) -> ApplicationId {
        ApplicationId::new(Timestamp::from_seconds(1), [byte; 10])
    }

    #[test]
    fn one_application_does_not_keep_the_others_out() {
        let turnstile = Turnstile::default();
        let mut inside: Vec<_> = (0..MOST_OF_ONE).map(|_| turnstile.enter(application(1)).unwrap()).collect();
        assert!(turnstile.enter(application(1)).is_none());
        inside.push(turnstile.enter(application(2)).unwrap());
        inside.remove(0);
        assert!(turnstile.enter(application(1)).is_some());
        drop(inside);
        assert!(turnstile.0.lock().unwrap().is_empty());
    }

    #[test]
    fn all_together_have_a_limit() {
        let turnstile = Turnstile::default();
        let inside: Vec<_> = (0..MOST).map(|n| turnstile.enter(application(n as u8)).unwrap()).collect();
        assert!(turnstile.enter(application(99)).is_none());
        drop(inside);
        assert!(turnstile.enter(application(99)).is_some());
    }
}
