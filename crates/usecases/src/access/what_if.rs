//! What a sign-in would come to [CA-10].

use std::net::IpAddr;

use wardkey_domain::access::{ClientKind, Connection, Country, Device, LONGEST_MEMORY, Risk, SignInRequest, evaluate};
use wardkey_domain::directory::{Account, AccountAddress};
use wardkey_domain::op::Op;
use wardkey_domain::permission::{Action, Target};
use wardkey_domain::session::{Remembered, Strength};
use wardkey_domain::time::Timestamp;
use wardkey_store as store;

use super::explain::Explained;
use super::{account_facts, compiled};
use crate::{App, Error, FieldError, Result};

/// A sign-in that is asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Supposed {
    /// Whose: an address.
    pub account: String,
    /// Where to: the client identifier of an application, or nothing for our own pages.
    pub application: String,
    /// From which address; nothing where nobody would know.
    pub address: String,
    /// From which country, by its two letters; that of the address where nothing is said.
    pub country: String,
    /// By what kind of program.
    pub client: ClientKind,
    /// On what device.
    pub device: Device,
    /// Whether its owner has had it remembered, just before.
    pub is_remembered: bool,
    /// At which risk; nothing where nobody could judge it.
    pub risk: Option<Risk>,
    /// What the application asks for.
    pub asked: Strength,
    /// When; now where nothing is said.
    pub at: Option<Timestamp>,
}

/// What it would come to.
#[derive(Clone, Debug)]
pub struct WouldBe {
    /// Whose.
    pub account: Account,
    /// In words.
    pub explained: Explained,
    /// The country that was reckoned with.
    pub country: Option<String>,
}

/// Says what a sign-in would come to, by the policies in force and the account as it is. Nothing is kept.
///
/// # Errors
/// `Invalid` names each field that cannot be read or found; an account that the actor may not see is not found.
pub async fn what_if(app: &App, op: &Op, supposed: &Supposed) -> Result<WouldBe> {
    super::publish::require_sight(op)?;
    let mut errors = Vec::new();
    let mut wrong = |field, message: &str| errors.push(FieldError { field, message: message.to_owned() });
    let mut tx = app.store().read().await?;
    let account = match AccountAddress::parse(&supposed.account) {
        Ok(address) => store::directory::find_account_by_address(&mut tx, &address).await?,
        Err(_) => None,
    };
    let account = match account {
        Some(account) => {
            let roles = store::directory::list_account_roles(&mut tx, account.id, op.now).await?;
            op.require(Action::SeeAccount, &Target::account(&account, &roles)).is_ok().then_some(account)
        }
        None => None,
    };
    if account.is_none() {
        wrong("account", "You look after nobody with this email address");
    }
    let application = match supposed.application.trim() {
        "" => None,
        text => {
            let found = store::application::find_application_by_client_id(&mut tx, text).await?;
            if found.is_none() {
                wrong("application", "There is no application with this client identifier");
            }
            found.map(|application| application.id)
        }
    };
    let address = read(&supposed.address, |text| text.parse::<IpAddr>().ok());
    if address.is_err() {
        wrong("address", "Enter an address such as 192.0.2.7 or 2001:db8::7, or leave it empty");
    }
    let country = read(&supposed.country, |text| Country::parse(text).ok());
    if country.is_err() {
        wrong("country", "Enter the two letters of a country, such as GB, or leave it empty");
    }
    let (Some(account), Ok(address), Ok(country), true) = (account, address, country, errors.is_empty()) else {
        return Err(Error::Invalid(errors));
    };
    let country = country.or_else(|| address.and_then(|address| app.settings().places.country_of(address)));
    let at = supposed.at.unwrap_or(op.now);
    let until = at.plus(LONGEST_MEMORY);
    let remembered = supposed.is_remembered.then_some(Remembered { shown_at: at, until });
    let connection = Connection { address, country, device: supposed.device, risk: supposed.risk, remembered, at };
    let request =
        SignInRequest { application, client: supposed.client, strength: supposed.asked, ..SignInRequest::portal() };
    let compiled = compiled::compiled(app, &mut tx, op.now).await?;
    let facts = account_facts(&mut tx, op, &account).await?;
    let decision = evaluate(&compiled.policies, &facts.signals(&request, connection));
    let explained = Explained::of(&compiled, &decision, !facts.factors.is_empty());
    Ok(WouldBe { account, explained, country: country.map(|country| country.as_str().to_owned()) })
}

/// Nothing for an empty text.
fn read<T>(text: &str, parse: impl Fn(&str) -> Option<T>) -> std::result::Result<Option<T>, ()> {
    match text.trim() {
        "" => Ok(None),
        text => parse(text).map(Some).ok_or(()),
    }
}
