//! The application of the demonstration.

use wardkey_domain::application::{ClientSecret, ClientSettings, RedirectUri};
use wardkey_domain::directory::OdsCode;
use wardkey_domain::id::KeyId;
use wardkey_domain::op::Op;
use wardkey_domain::secret::TokenHash;
use wardkey_store as store;
use wardkey_usecases::application::{NewApplication, add_application};
use wardkey_usecases::{App, Error, Result};

/// How it names itself.
pub const CLIENT_ID: &str = "demo-application";

/// Its secret, which everybody knows.
pub const SECRET: &str = "demo-application-secret-that-everybody-knows";

/// Where it may be: on this machine, as a newcomer would start one.
const REDIRECT_URIS: [&str; 3] =
    ["http://localhost:8481/redirect_uri", "http://localhost:8481/callback", "http://127.0.0.1:8481/callback"];

/// Adds the application, for the organisation with this code, unless it is there.
pub async fn add(app: &App, op: &Op, ods_code: &str) -> Result<()> {
    let internal = |what: &'static str| move |error: &dyn std::error::Error| Error::fault(format!("{what}: {error}"));
    let ods_code = ods_code.parse::<OdsCode>().map_err(|error| internal("read a code of the demonstration")(&error))?;
    let mut tx = app.store().read().await?;
    let organisation = store::directory::find_organisation_by_code(&mut tx, &ods_code).await?;
    drop(tx);
    let organisation = organisation.ok_or_else(|| Error::fault("find an organisation just added"))?;
    let addresses = REDIRECT_URIS.iter().map(|text| RedirectUri::parse(text));
    let addresses = addresses.collect::<std::result::Result<Vec<_>, _>>();
    let addresses = addresses.map_err(|error| internal("read an address of the demonstration")(&error))?;
    let new = NewApplication {
        organisation: organisation.id,
        name: "Demo application".to_owned(),
        client_id: Some(CLIENT_ID.to_owned()),
        settings: ClientSettings { post_logout_redirect_uris: addresses.clone(), ..ClientSettings::web(addresses) },
    };
    let added = match add_application(app, op, new).await {
        Ok(added) => added.application,
        Err(Error::Conflict(_)) => return Ok(()),
        Err(error) => return Err(error),
    };
    // A secret that was drawn would be lost with the terminal that showed it.
    let secret = ClientSecret {
        id: KeyId::new(op.now, app.id_entropy()),
        hash: TokenHash::of(SECRET),
        created_at: op.now,
        expires_at: None,
    };
    let mut tx = app.store().begin().await?;
    store::application::insert_secret(&mut tx, added.id, added.organisation, &secret).await?;
    Ok(tx.commit().await?)
}
