//! The pool as use cases see it.

use std::num::NonZero;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;
use wardkey_domain::factor::password::{
    BrokenRule, Choice, HashFault, HashParams, PasswordHash, PasswordRules, PasswordVerdict, SALT_BYTES,
};
use wardkey_domain::secret::Secret;
use wardkey_domain::time::Timestamp;

use super::queue::{Job, NotQueued, Queue};
use super::settings::HashingSettings;
use super::worker::Worker;
use crate::Error;

/// The bounded pool that hashes passwords.
pub struct HashingPool {
    queue: Arc<Queue>,
    params: HashParams,
    retry_after: Duration,
    /// Held by whoever asks for many.
    many: tokio::sync::Mutex<()>,
}

/// The right to have many texts hashed.
pub struct Turn<'a> {
    pool: &'a HashingPool,
    _held: tokio::sync::MutexGuard<'a, ()>,
}

impl Turn<'_> {
    /// Hashes several texts with one salt, one after the other.
    ///
    /// # Errors
    /// When too many wait already.
    pub async fn hash_all(
        &self,
        salt: [u8; SALT_BYTES],
        candidates: Vec<Secret<String>>,
    ) -> Result<Vec<PasswordHash>, NotHashed> {
        let mut hashes = Vec::with_capacity(candidates.len());
        for candidate in candidates {
            hashes.push(self.pool.hash(salt, candidate).await?);
        }
        Ok(hashes)
    }
}

/// Why nothing was hashed. It says nothing about the password: give the attempt back to the throttle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotHashed {
    /// Too many wait already.
    #[error("the hashing queue is full")]
    Overloaded {
        /// When to try again.
        retry_after: Duration,
    },
    /// The pool is stopping or failed.
    #[error("the hashing pool gave no answer")]
    NoAnswer,
}

impl HashingPool {
    /// Starts the threads.
    pub fn start(settings: &HashingSettings) -> Self {
        let queue = Arc::new(Queue::new(settings.queue));
        let cores = || thread::available_parallelism().map_or(1, NonZero::get);
        let wanted = settings.threads.unwrap_or_else(cores).max(1);
        let started = (0..wanted).filter(|number| start_thread(*number, &queue, settings)).count();
        if started == 0 {
            // Better an answer of "no" than one that never comes.
            queue.stop();
        }
        Self { queue, params: settings.params, retry_after: settings.retry_after, many: tokio::sync::Mutex::default() }
    }

    /// Checks a password against a stored hash.
    ///
    /// # Errors
    /// When too many wait already.
    pub async fn verify(
        &self,
        hash: PasswordHash,
        candidate: Secret<String>,
        now: Timestamp,
    ) -> Result<PasswordVerdict, NotHashed> {
        self.ask(|reply| Job::Verify { hash, candidate, now, reply }).await
    }

    /// Does the work of a check when there is no account or no password to check against.
    ///
    /// SECURITY: unknown and known addresses take the same way and the same time; the verdict is always a refusal.
    ///
    /// # Errors
    /// When too many wait already.
    pub async fn verify_decoy(&self, candidate: Secret<String>, now: Timestamp) -> Result<PasswordVerdict, NotHashed> {
        self.verify(PasswordHash::decoy(self.params), candidate, now).await
    }

    /// Hashes a password that needs no judging: an upgrade to today's cost, or a temporary one.
    ///
    /// # Errors
    /// When too many wait already.
    pub async fn hash(&self, salt: [u8; SALT_BYTES], candidate: Secret<String>) -> Result<PasswordHash, NotHashed> {
        no_fault(self.ask(|reply| Job::Hash { candidate, salt, reply }).await?)
    }

    /// Waits until nobody else has many texts hashed: of several who ask for many each waits for the one before, and others get their
    /// turn in between.
    pub async fn turn(&self) -> Turn<'_> {
        Turn { pool: self, _held: self.many.lock().await }
    }

    /// Hashes what was typed at the cost and with the salt of `like`, to be compared with it.
    ///
    /// # Errors
    /// When too many wait already.
    pub async fn hash_alike(&self, like: PasswordHash, candidate: Secret<String>) -> Result<PasswordHash, NotHashed> {
        no_fault(self.ask(|reply| Job::HashAlike { like, candidate, reply }).await?)
    }

    /// Judges a new password by every rule and hashes it.
    ///
    /// # Errors
    /// When too many wait already. Broken rules are an answer, not an error.
    pub async fn judge(
        &self,
        choice: Choice,
        rules: PasswordRules,
    ) -> Result<Result<PasswordHash, Vec<BrokenRule>>, NotHashed> {
        let choice = Box::new(choice);
        no_fault(self.ask(|reply| Job::Judge { choice, rules, reply }).await?)
    }

    async fn ask<T>(&self, job: impl FnOnce(oneshot::Sender<T>) -> Job) -> Result<T, NotHashed> {
        let (reply, answer) = oneshot::channel();
        self.queue.push(job(reply)).map_err(|refusal| match refusal {
            NotQueued::Full => NotHashed::Overloaded { retry_after: self.retry_after },
            NotQueued::Stopped => NotHashed::NoAnswer,
        })?;
        answer.await.map_err(|_closed| NotHashed::NoAnswer)
    }
}

impl Drop for HashingPool {
    fn drop(&mut self) {
        self.queue.stop();
    }
}

impl From<NotHashed> for Error {
    fn from(error: NotHashed) -> Self {
        match error {
            NotHashed::Overloaded { retry_after } => Self::Unavailable { retry_after },
            NotHashed::NoAnswer => Self::internal("hash a password", error),
        }
    }
}

fn start_thread(number: usize, queue: &Arc<Queue>, settings: &HashingSettings) -> bool {
    let worker = Worker::new(Arc::clone(queue), settings);
    match thread::Builder::new().name(format!("hashing-{number}")).spawn(move || worker.run()) {
        Ok(_handle) => true,
        Err(error) => {
            tracing::error!(%error, "cannot start a hashing thread");
            false
        }
    }
}

fn no_fault<T>(answer: Result<T, HashFault>) -> Result<T, NotHashed> {
    answer.map_err(|HashFault| NotHashed::NoAnswer)
}

#[cfg(test)]
mod tests {
    use wardkey_domain::factor::password::NameParts;

    use super::*;

    fn pool() -> HashingPool {
        HashingPool::start(&HashingSettings {
            params: HashParams::cheapest(),
            threads: Some(2),
            ..HashingSettings::default()
        })
    }

    fn secret(text: &str) -> Secret<String> {
        Secret::new(text.to_owned())
    }

    const NOW: Timestamp = Timestamp::from_seconds(7);

    #[tokio::test]
    async fn the_right_password_is_accepted_and_another_is_not() {
        let pool = pool();
        let hash = pool.hash([1; SALT_BYTES], secret("wet kettles")).await.unwrap();
        for (candidate, accepted) in [("wet kettles", true), ("dry kettles", false)] {
            let verdict = pool.verify(hash.clone(), secret(candidate), NOW).await.unwrap();
            assert_eq!(matches!(verdict, PasswordVerdict::Accept { .. }), accepted, "{candidate}");
        }
    }

    #[tokio::test]
    async fn one_text_hashes_alike_with_one_salt() {
        let pool = pool();
        let hash = pool.hash([1; SALT_BYTES], secret("wet kettles")).await.unwrap();
        for (candidate, is_alike) in [("wet kettles", true), ("dry kettles", false)] {
            assert_eq!(pool.hash_alike(hash.clone(), secret(candidate)).await.unwrap().is(&hash), is_alike);
        }
        assert!(!pool.hash([2; SALT_BYTES], secret("wet kettles")).await.unwrap().is(&hash));
    }

    #[tokio::test]
    async fn an_unknown_account_is_refused_by_the_same_way() {
        let pool = pool();
        assert_eq!(pool.verify_decoy(secret("wet kettles"), NOW).await, Ok(PasswordVerdict::Refuse));
    }

    #[tokio::test]
    async fn a_new_password_is_judged_and_hashed() {
        let pool = pool();
        let judge = async |candidate: &str| {
            let choice = Choice {
                candidate: secret(candidate),
                person: NameParts::default(),
                breached: false,
                history: vec![pool.hash([1; SALT_BYTES], secret("dry kettles sing")).await.unwrap()],
                void: Vec::new(),
                salt: [2; SALT_BYTES],
            };
            pool.judge(choice, PasswordRules::default()).await.unwrap()
        };
        assert!(judge("wet kettles sing").await.is_ok());
        assert_eq!(judge("dry kettles sing").await, Err(vec![BrokenRule::UsedBefore { last: 4 }]));
        assert_eq!(judge("short").await, Err(vec![BrokenRule::TooShort { min: 10 }]));
    }

    #[tokio::test]
    async fn a_full_queue_is_an_honest_no() {
        let settings = HashingSettings { queue: 0, ..HashingSettings::default() };
        let pool = HashingPool::start(&settings);
        let refused = pool.verify_decoy(secret("x"), NOW).await;
        assert_eq!(refused, Err(NotHashed::Overloaded { retry_after: settings.retry_after }));
    }

    #[tokio::test]
    async fn many_passwords_at_once_all_get_their_own_answer() {
        let pool = Arc::new(pool());
        let hash = pool.hash([1; SALT_BYTES], secret("wet kettles")).await.unwrap();
        let mut checks = tokio::task::JoinSet::new();
        for number in 0..100 {
            let (pool, hash) = (Arc::clone(&pool), hash.clone());
            let candidate = if number % 2 == 0 { "wet kettles" } else { "dry kettles" };
            checks.spawn(async move { (number, pool.verify(hash, secret(candidate), NOW).await.unwrap()) });
        }
        while let Some(checked) = checks.join_next().await {
            let (number, verdict) = checked.unwrap();
            assert_eq!(matches!(verdict, PasswordVerdict::Accept { .. }), number % 2 == 0);
        }
    }
}
