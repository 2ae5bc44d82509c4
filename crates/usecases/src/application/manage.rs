//! Adding applications and changing them.

use wardkey_domain::application::{
    Application, ApplicationStatus, ClientId, ClientSecret, ClientSettings, ProtocolKind, application_name, token,
};
use wardkey_domain::audit::Event;
use wardkey_domain::directory::OdsCode;
use wardkey_domain::id::{ApplicationId, KeyId, OrganisationId};
use wardkey_domain::op::Op;
use wardkey_domain::permission::{Action, Target};
use wardkey_domain::secret::{Secret, TokenHash};
use wardkey_store::{self as store, Tx};

use crate::{App, Error, FieldError, Result};

/// An application to be added.
#[derive(Clone, Debug)]
pub struct NewApplication {
    /// The organisation that answers for it.
    pub organisation: OrganisationId,
    /// The name that people see.
    pub name: String,
    /// How it names itself; made up from its identifier when nobody says.
    pub client_id: Option<String>,
    /// What its protocol needs to know.
    pub settings: ClientSettings,
}

/// An application that was added.
#[derive(Debug)]
pub struct AddedApplication {
    /// The application.
    pub application: Application,
    /// Its secret, if its way of authentication has one. It is shown now and never again.
    pub secret: Option<Secret<String>>,
}

/// The organisation that is to answer for an application, by its code.
///
/// # Errors
/// When there is none, or the actor may not add applications to it.
pub async fn owner(app: &App, op: &Op, ods_code: &OdsCode) -> Result<OrganisationId> {
    let mut tx = app.store().read().await?;
    let organisation = store::directory::find_organisation_by_code(&mut tx, ods_code).await?;
    let organisation = organisation.ok_or(Error::NotFound("organisation"))?;
    op.require(Action::ManageApplications, &Target::organisation(&organisation.path))?;
    Ok(organisation.id)
}

/// Adds an application that speaks OpenID Connect.
///
/// # Errors
/// Names every setting that breaks a rule; a conflict when the client identifier is taken.
pub async fn add_application(app: &App, op: &Op, new: NewApplication) -> Result<AddedApplication> {
    let id = ApplicationId::new(op.now, app.id_entropy());
    let name = application_name(&new.name).map_err(|error| Error::invalid("name", error.to_string()))?;
    let client_id = new.client_id.unwrap_or_else(|| id.to_string());
    let client_id = ClientId::parse(&client_id).map_err(|error| Error::invalid("client_id", error.to_string()))?;
    check(app, &new.settings)?;
    let mut tx = app.store().begin().await?;
    permit(op, &mut tx, new.organisation).await?;
    let application = Application {
        id,
        organisation: new.organisation,
        protocol: ProtocolKind::Oidc,
        name,
        client_id,
        status: ApplicationStatus::Open,
        settings: written(&new.settings)?,
        created_at: op.now,
        version: 1,
    };
    match store::application::insert_application(&mut tx, &application, new.settings.hears_of_logout()).await {
        Err(error) if error.is_unique().is_some() => {
            return Err(Error::Conflict(format!("the client identifier `{}` is taken", application.client_id)));
        }
        inserted => inserted?,
    }
    let secret = match new.settings.authentication.uses_secret() {
        true => Some(new_secret(app, op, &mut tx, &application).await?),
        false => None,
    };
    let event = Event::ApplicationAdded { application: id, protocol: application.protocol.as_str().into() };
    store::audit::append(&mut tx, op, Some(new.organisation), event).await?;
    tx.commit().await?;
    Ok(AddedApplication { application, secret })
}

/// Applications in the order of their client identifiers, those after `after`.
///
/// # Errors
/// When the actor may not manage applications.
pub async fn list_applications(app: &App, op: &Op, after: Option<&ClientId>, limit: u32) -> Result<Vec<Application>> {
    op.require_everywhere(Action::ManageApplications)?;
    let mut tx = app.store().read().await?;
    Ok(store::application::list_applications(&mut tx, after, limit).await?)
}

/// The application that calls itself `client_id`, open or closed.
///
/// # Errors
/// When there is none, or the actor may not manage it.
pub async fn application_by_client_id(app: &App, op: &Op, client_id: &str) -> Result<Application> {
    let mut tx = app.store().read().await?;
    load(op, &mut tx, client_id).await
}

/// Replaces an application's settings, keeping its name, its secrets and its status.
///
/// # Errors
/// Names every setting that breaks a rule; a conflict when somebody else was faster.
pub async fn change_settings(app: &App, op: &Op, client_id: &str, settings: &ClientSettings) -> Result<Application> {
    check(app, settings)?;
    let mut tx = app.store().begin().await?;
    let mut application = load(op, &mut tx, client_id).await?;
    let before = application.settings.clone();
    application.settings = written(settings)?;
    save(op, &mut tx, &application, settings, changed(&before, &application.settings)).await?;
    tx.commit().await?;
    Ok(application)
}

/// Opens or closes an application. A closed one gets no sign-ins and no tokens, and those it has are good for nothing.
///
/// # Errors
/// A conflict when somebody else was faster.
pub async fn set_application_status(
    app: &App,
    op: &Op,
    client_id: &str,
    status: ApplicationStatus,
) -> Result<Application> {
    let mut tx = app.store().begin().await?;
    let mut application = load(op, &mut tx, client_id).await?;
    let settings = application.client().map_err(|error| Error::internal("read an application's settings", error))?;
    application.status = status;
    save(op, &mut tx, &application, &settings, vec![status.as_str()]).await?;
    tx.commit().await?;
    Ok(application)
}

/// Makes a new secret for an application; the old one stays good for a while, so that the application can change over.
///
/// # Errors
/// When the application has no secret by its nature.
pub async fn rotate_secret(app: &App, op: &Op, client_id: &str) -> Result<Secret<String>> {
    let mut tx = app.store().begin().await?;
    let application = load(op, &mut tx, client_id).await?;
    let settings = application.client().map_err(|error| Error::internal("read an application's settings", error))?;
    if !settings.authentication.uses_secret() {
        return Err(Error::Conflict(format!("application `{}` does not use a secret", application.client_id)));
    }
    let old_ends_at = op.now.plus(app.settings().oidc.secret_overlap);
    store::application::end_secrets(&mut tx, application.id, old_ends_at).await?;
    let secret = new_secret(app, op, &mut tx, &application).await?;
    let event = Event::ApplicationChanged { application: application.id, changed: vec!["secret".into()] };
    store::audit::append(&mut tx, op, Some(application.organisation), event).await?;
    tx.commit().await?;
    Ok(secret)
}

async fn load(op: &Op, tx: &mut Tx, client_id: &str) -> Result<Application> {
    let application = store::application::find_application_by_client_id(tx, client_id)
        .await?
        .ok_or(Error::NotFound("application"))?;
    permit(op, tx, application.organisation).await?;
    Ok(application)
}

async fn permit(op: &Op, tx: &mut Tx, organisation: OrganisationId) -> Result<()> {
    let organisation = store::directory::find_organisation(tx, organisation).await?;
    let organisation = organisation.ok_or(Error::NotFound("organisation"))?;
    Ok(op.require(Action::ManageApplications, &Target::organisation(&organisation.path))?)
}

async fn save(
    op: &Op,
    tx: &mut Tx,
    application: &Application,
    settings: &ClientSettings,
    changed: Vec<&'static str>,
) -> Result<()> {
    if !store::application::save_application(tx, application, settings.hears_of_logout()).await? {
        return Err(Error::Conflict("somebody else has changed the application; look again".to_owned()));
    }
    let changed = changed.into_iter().map(Into::into).collect();
    let event = Event::ApplicationChanged { application: application.id, changed };
    store::audit::append(tx, op, Some(application.organisation), event).await?;
    Ok(())
}

async fn new_secret(app: &App, op: &Op, tx: &mut Tx, application: &Application) -> Result<Secret<String>> {
    let text = token::client_secret(app.random());
    let secret = ClientSecret {
        id: KeyId::new(op.now, app.id_entropy()),
        hash: TokenHash::of(text.expose()),
        created_at: op.now,
        expires_at: None,
    };
    store::application::insert_secret(tx, application.id, application.organisation, &secret).await?;
    Ok(text)
}

/// Checks the rules, and what can be known of the addresses that we would call.
fn check(app: &App, settings: &ClientSettings) -> Result<()> {
    let mut errors: Vec<FieldError> = match settings.check() {
        Ok(()) => Vec::new(),
        Err(broken) => {
            broken.into_iter().map(|rule| FieldError { field: rule.field(), message: rule.to_string() }).collect()
        }
    };
    for (field, address) in settings.called_addresses() {
        if let Err(error) = app.outbound().check(address) {
            errors.push(FieldError { field, message: error.to_string() });
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(Error::Invalid(errors)) }
}

fn written(settings: &ClientSettings) -> Result<serde_json::Value> {
    serde_json::to_value(settings).map_err(|error| Error::internal("write an application's settings down", error))
}

/// The names of the settings that differ, for the audit.
fn changed(before: &serde_json::Value, after: &serde_json::Value) -> Vec<&'static str> {
    ClientSettings::NAMES.iter().copied().filter(|name| before.get(name) != after.get(name)).collect()
}
