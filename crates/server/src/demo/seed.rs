//! Fills the demonstration's database. A second time it adds only what is missing.

use wardkey_domain::audit::Event;
use wardkey_domain::credential::{Credential, CredentialState, Label};
use wardkey_domain::directory::{
    Account, AccountAddress, AccountFields, AccountRow, HelpContact, OdsCode, OrganisationFields, OrganisationRow,
};
use wardkey_domain::factor::FactorKind;
use wardkey_domain::factor::password::PasswordHash;
use wardkey_domain::factor::totp::SEED_BYTES;
use wardkey_domain::id::CredentialId;
use wardkey_domain::op::{Actor, Op, Origin};
use wardkey_domain::secret::{Secret, TokenHash};
use wardkey_store::{self as store, Tx};
use wardkey_usecases::directory::{
    ImportMode, ImportReport, IncomingAccount, IncomingRow, NewRole, UnknownParents, grant_role, import_accounts,
    import_organisations,
};
use wardkey_usecases::{App, Error, Result};
use wardkey_web::demo::PhoneAccount;

use super::application;
use super::people::{ADMINISTRATOR_PASSWORD, BODIES, Body, Person, STAFF_PASSWORD};

/// Adds every organisation, account, role and authenticator app that is not there yet.
///
/// # Errors
/// When the application is not the demonstration, or the store fails.
pub async fn seed(app: &App) -> Result<()> {
    if !app.settings().demo {
        return Err(Error::fault("fill a database that is not the demonstration's"));
    }
    let op = app.op(Actor::Operator("demo".to_owned()), Origin::default());
    if is_complete(app).await? {
        return Ok(());
    }
    add_organisations(app, &op).await?;
    add_accounts(app, &op).await?;
    if let Some(body) = BODIES.first() {
        application::add(app, &op, body.ods_code).await?;
    }
    for body in &BODIES {
        for person in body.people {
            add_role(app, &op, body, person).await?;
            if person.is_enrolled() {
                enrol(app, &op, body, person).await?;
            }
        }
    }
    Ok(())
}

/// The authenticator apps that the demo phone shows from the start.
pub fn phone_accounts() -> Vec<PhoneAccount> {
    let enrolled = BODIES.iter().flat_map(|body| {
        body.people.iter().filter(|person| person.is_enrolled()).map(|person| body.address_of(person))
    });
    enrolled.map(|address| PhoneAccount { seed: seed_of(&address), label: address }).collect()
}

/// The key of an enrolled person. It is no secret: the demo phone shows its codes to whoever opens the page.
fn seed_of(address: &str) -> Secret<Vec<u8>> {
    let hash = TokenHash::of(&format!("wardkey demonstration {address}"));
    Secret::new(hash.as_bytes().iter().copied().take(SEED_BYTES).collect())
}

/// Whether everything was added before: the last person who is enrolled comes last.
async fn is_complete(app: &App) -> Result<bool> {
    let mut everybody = BODIES.iter().flat_map(|body| body.people.iter().map(move |person| (body, person)));
    let Some((body, person)) = everybody.rfind(|(_, person)| person.is_enrolled()) else {
        return Ok(false);
    };
    let mut tx = app.store().read().await?;
    let Some(account) = find(&mut tx, body, person).await? else { return Ok(false) };
    Ok(!store::credential::list_credentials(&mut tx, account.id).await?.is_empty())
}

async fn add_organisations(app: &App, op: &Op) -> Result<()> {
    let rows = BODIES.iter().enumerate().map(|(index, body)| IncomingRow {
        line: line(index),
        row: OrganisationRow::check(&OrganisationFields {
            ods_code: body.ods_code,
            name: body.name,
            kind: body.kind.as_str(),
            ..OrganisationFields::default()
        }),
    });
    let report = import_organisations(app, op, rows, UnknownParents::Refuse, ImportMode::Write, &mut |_| {}).await?;
    all_taken(report)?;
    let mut tx = app.store().begin().await?;
    for body in &BODIES {
        let code = body
            .ods_code
            .parse::<OdsCode>()
            .map_err(|error| Error::internal("read a code of the demonstration", error))?;
        let found = store::directory::find_organisation_by_code(&mut tx, &code).await?;
        let organisation = found.ok_or_else(|| Error::fault("find an organisation just added"))?;
        let help = HelpContact {
            name: format!("{} help desk", body.name),
            telephone: Some(body.telephone.to_owned()),
            address: None,
            hours: Some("Monday to Friday, 8am to 6pm".to_owned()),
        };
        store::directory::set_help_contact(&mut tx, organisation.id, Some(&help)).await?;
    }
    Ok(tx.commit().await?)
}

async fn add_accounts(app: &App, op: &Op) -> Result<()> {
    let staff = hash(app, STAFF_PASSWORD).await?;
    let administrators = hash(app, ADMINISTRATOR_PASSWORD).await?;
    let everybody = BODIES.iter().flat_map(|body| body.people.iter().map(move |person| (body, person)));
    let rows = everybody.enumerate().map(|(index, (body, person))| {
        let address = body.address_of(person);
        let fields =
            AccountFields { ods_code: body.ods_code, address: &address, name: person.name, ..AccountFields::default() };
        let password = if person.is_enrolled() { &administrators } else { &staff };
        let row = AccountRow::check(&fields).map(|row| IncomingAccount { row, password: Some(password.clone()) });
        IncomingRow { line: line(index), row }
    });
    all_taken(import_accounts(app, op, rows, ImportMode::Write, &mut |_| {}).await?)
}

async fn hash(app: &App, password: &str) -> Result<PasswordHash> {
    let hashed = app.hashing().hash(app.random(), Secret::new(password.to_owned())).await;
    hashed.map_err(|error| Error::internal("hash a password of the demonstration", error))
}

async fn add_role(app: &App, op: &Op, body: &Body, person: &Person) -> Result<()> {
    let Some(role) = person.role else { return Ok(()) };
    let mut tx = app.store().read().await?;
    let account = must_find(&mut tx, body, person).await?;
    let held = store::directory::list_account_roles(&mut tx, account.id, op.now).await?;
    drop(tx);
    // Granting ends sessions, so a role that is held stays untouched.
    if held.iter().any(|grant| grant.role == role) {
        return Ok(());
    }
    let organisation =
        body.ods_code.parse::<OdsCode>().map_err(|error| Error::internal("read a code of the demonstration", error))?;
    grant_role(app, op, &NewRole { account: account.id, role, organisation, expires_at: None }).await?;
    Ok(())
}

async fn enrol(app: &App, op: &Op, body: &Body, person: &Person) -> Result<()> {
    let mut tx = app.store().begin().await?;
    let account = must_find(&mut tx, body, person).await?;
    if !store::credential::list_credentials(&mut tx, account.id).await?.is_empty() {
        return Ok(());
    }
    let credential = Credential {
        id: CredentialId::new(op.now, app.id_entropy()),
        account: account.id,
        organisation: account.organisation,
        kind: FactorKind::Totp,
        label: Label::numbered("Demo phone", 1),
        state: CredentialState::Active,
        is_default: true,
        created_at: op.now,
        last_used_at: None,
        version: 1,
    };
    store::credential::insert_credential(&mut tx, &credential, Some(&seed_of(account.address.as_str())), None).await?;
    let event = Event::CredentialEnrolled {
        account: account.id,
        credential: credential.id,
        factor: FactorKind::Totp.as_str().into(),
    };
    store::audit::append(&mut tx, op, Some(account.organisation), event).await?;
    Ok(tx.commit().await?)
}

async fn must_find(tx: &mut Tx, body: &Body, person: &Person) -> Result<Account> {
    find(tx, body, person).await?.ok_or_else(|| Error::fault("find an account just added"))
}

async fn find(tx: &mut Tx, body: &Body, person: &Person) -> Result<Option<Account>> {
    let address = body.address_of(person).parse::<AccountAddress>();
    let address = address.map_err(|error| Error::internal("read an address of the demonstration", error))?;
    Ok(store::directory::find_account_by_address(tx, &address).await?)
}

fn all_taken(report: ImportReport) -> Result<()> {
    if report.refused > 0 {
        return Err(Error::fault(format!("add {} rows of the demonstration", report.refused)));
    }
    Ok(())
}

fn line(index: usize) -> u64 {
    u64::try_from(index).unwrap_or(0) + 1
}
