//! One account of an app, and what it signs.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde::{Deserialize, Serialize};
use wardkey_domain::factor::push::{ContextText, Decision, FraudReason, MatchNumber, Statement};
use wardkey_domain::time::Timestamp;
use wardkey_wire::authenticator as wire;
use wardkey_wire::authenticator::{base64url, from_base64url};

use super::link::Link;

/// Why an app cannot do what it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AppError {
    /// The kept key is none.
    #[error("the kept key cannot be read")]
    Key,
    /// The cryptographic library failed.
    #[error("the cryptographic library failed")]
    Library,
    /// A field cannot be stated.
    #[error("a name contains a line break")]
    Field,
    /// The number is none.
    #[error("the number on the page has 2 or 6 digits")]
    Number,
}

/// An app that has a key and has not been bound yet.
pub struct Joining {
    origin: String,
    pair: EcdsaKeyPair,
    device: String,
}

/// One account of an app.
#[derive(Clone, Serialize, Deserialize)]
pub struct Account {
    /// The account.
    pub account: String,
    /// The server.
    pub origin: String,
    /// The organisation's name.
    pub organisation: String,
    /// The account's address.
    pub name: String,
    /// What the service calls itself.
    pub service: String,
    /// The key for codes, in base 32.
    pub secret: String,
    /// The private key as PKCS #8, in base64url.
    pub key: String,
}

impl Joining {
    /// Makes a key for the server of `link`; says what to send to `registrations`.
    ///
    /// # Errors
    /// The library has no entropy, or the name has a line break.
    pub fn begin(link: &Link, device: &str) -> Result<(Self, wire::Registration), AppError> {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(|_| AppError::Library)?;
        let key = base64url(pair.public_key().as_ref());
        let statement = Statement::Register { origin: &link.origin, code: &link.code, key: &key, device };
        let signature = sign(&pair, &statement)?;
        let registration = wire::Registration { code: link.code.clone(), key, device: device.to_owned(), signature };
        Ok((Self { origin: link.origin.clone(), pair, device: device.to_owned() }, registration))
    }

    /// What its owner calls it.
    pub fn device(&self) -> &str {
        &self.device
    }

    /// The account that the server's answer makes of it.
    ///
    /// # Errors
    /// The key cannot be written down.
    pub fn bound(self, registered: wire::Registered) -> Result<Account, AppError> {
        let pkcs8 = self.pair.to_pkcs8v1().map_err(|_| AppError::Library)?;
        Ok(Account {
            account: registered.account,
            // SECURITY: the origin that was scanned, not what the answer calls itself.
            origin: self.origin,
            organisation: registered.organisation,
            name: registered.name,
            service: registered.service,
            secret: registered.secret,
            key: base64url(pkcs8.as_ref()),
        })
    }
}

impl Account {
    fn pair(&self) -> Result<EcdsaKeyPair, AppError> {
        let pkcs8 = from_base64url(&self.key).map_err(|_| AppError::Key)?;
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &pkcs8).map_err(|_| AppError::Key)
    }

    /// A greeting.
    ///
    /// # Errors
    /// The kept key cannot be used.
    pub fn hello(&self, now: Timestamp) -> Result<wire::Hello, AppError> {
        let at = now.as_seconds();
        let statement = Statement::Hello { origin: &self.origin, account: &self.account, at };
        Ok(wire::Hello { account: self.account.clone(), at, signature: sign(&self.pair()?, &statement)? })
    }

    /// An approval of `request` with the number that the page shows.
    ///
    /// # Errors
    /// It is no number, or the kept key cannot be used.
    pub fn approve(&self, request: &wire::Request, number: &str) -> Result<wire::Answer, AppError> {
        let number = MatchNumber::parse(number).map_err(|_| AppError::Number)?;
        self.answer(request, Decision::Approve(number))
    }

    /// A report: `request` is not the person's own.
    ///
    /// # Errors
    /// The kept key cannot be used.
    pub fn refuse(&self, request: &wire::Request, reason: FraudReason) -> Result<wire::Answer, AppError> {
        self.answer(request, Decision::Refuse(reason))
    }

    fn answer(&self, request: &wire::Request, decision: Decision) -> Result<wire::Answer, AppError> {
        let statement = Statement::Answer {
            origin: &self.origin,
            account: &self.account,
            request: &request.request,
            nonce: &request.nonce,
            context: &ContextText::new(request.context.clone()).hash(),
            decision,
        };
        let (number, reason) = match decision {
            Decision::Approve(number) => (Some(number.text()), None),
            Decision::Refuse(reason) => (None, Some(reason.as_str().to_owned())),
        };
        Ok(wire::Answer {
            account: self.account.clone(),
            request: request.request.clone(),
            number,
            reason,
            signature: sign(&self.pair()?, &statement)?,
        })
    }

    /// Where this app is woken.
    ///
    /// # Errors
    /// The kept key cannot be used, or a field has a line break.
    pub fn subscribe(
        &self,
        now: Timestamp,
        endpoint: &str,
        p256dh: &str,
        auth: &str,
    ) -> Result<wire::Subscription, AppError> {
        let at = now.as_seconds();
        let statement =
            Statement::Subscribe { origin: &self.origin, account: &self.account, at, endpoint, p256dh, auth };
        Ok(wire::Subscription {
            account: self.account.clone(),
            at,
            endpoint: endpoint.to_owned(),
            p256dh: p256dh.to_owned(),
            auth: auth.to_owned(),
            signature: sign(&self.pair()?, &statement)?,
        })
    }
}

fn sign(pair: &EcdsaKeyPair, statement: &Statement<'_>) -> Result<String, AppError> {
    let text = statement.text().map_err(|_| AppError::Field)?;
    let signature = pair.sign(&SystemRandom::new(), text.as_bytes()).map_err(|_| AppError::Library)?;
    Ok(base64url(signature.as_ref()))
}
