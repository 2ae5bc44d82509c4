//! The queries on `applications` and `application_secrets`.

use wardkey_domain::application::{Application, ClientId, ClientSecret};
use wardkey_domain::id::{ApplicationId, OrganisationId};
use wardkey_domain::secret::TokenHash;
use wardkey_domain::time::Timestamp;

use crate::cluster::ClusterEvent;
use crate::{Row, StoreError, Tx, args};

macro_rules! columns {
    () => {
        "id, organisation_id, protocol, name, client_id, status, settings, created_at, version"
    };
}

/// Adds an application. `hears_of_logout` says whether it wants to hear that a session has ended.
///
/// # Errors
/// Fails as [`StoreError::Unique`] when its client identifier is taken.
pub async fn insert_application(
    tx: &mut Tx,
    application: &Application,
    hears_of_logout: bool,
) -> Result<(), StoreError> {
    tx.exec(
        "INSERT INTO applications (id, organisation_id, protocol, name, client_id, status, settings, hears_of_logout, \
         created_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        args![
            application.id,
            application.organisation,
            application.protocol.as_str(),
            &application.name,
            application.client_id.as_str(),
            application.status.as_str(),
            &application.settings,
            hears_of_logout,
            application.created_at,
            application.version,
        ],
    )
    .await?;
    tx.publish(ClusterEvent::ApplicationChanged(application.id));
    Ok(())
}

/// Saves an application under the version that was read, and tells every node. Says whether nobody else was faster.
pub async fn save_application(
    tx: &mut Tx,
    application: &Application,
    hears_of_logout: bool,
) -> Result<bool, StoreError> {
    let saved = tx
        .exec(
            "UPDATE applications SET name = $3, status = $4, settings = $5, hears_of_logout = $6, version = version + 1 \
             WHERE id = $1 AND version = $2",
            args![
                application.id,
                application.version,
                &application.name,
                application.status.as_str(),
                &application.settings,
                hears_of_logout,
            ],
        )
        .await?;
    tx.publish(ClusterEvent::ApplicationChanged(application.id));
    Ok(saved == 1)
}

/// The application with this identifier.
pub async fn find_application(tx: &mut Tx, id: ApplicationId) -> Result<Option<Application>, StoreError> {
    let sql = concat!("SELECT ", columns!(), " FROM applications WHERE id = $1");
    tx.opt(sql, args![id]).await?.as_ref().map(application).transpose()
}

/// The application that calls itself this.
pub async fn find_application_by_client_id(tx: &mut Tx, client_id: &str) -> Result<Option<Application>, StoreError> {
    let sql = concat!("SELECT ", columns!(), " FROM applications WHERE client_id = $1");
    tx.opt(sql, args![client_id]).await?.as_ref().map(application).transpose()
}

/// Applications in the order of their client identifiers, those after `after`.
pub async fn list_applications(
    tx: &mut Tx,
    after: Option<&ClientId>,
    limit: u32,
) -> Result<Vec<Application>, StoreError> {
    let sql = concat!("SELECT ", columns!(), " FROM applications WHERE client_id > $1 ORDER BY client_id LIMIT $2");
    let after = after.map_or("", ClientId::as_str);
    tx.all(sql, args![after, i64::from(limit)]).await?.iter().map(application).collect()
}

fn application(row: &Row) -> Result<Application, StoreError> {
    let protocol: String = row.get("protocol")?;
    let status: String = row.get("status")?;
    let client_id: String = row.get("client_id")?;
    Ok(Application {
        id: row.get("id")?,
        organisation: row.get("organisation_id")?,
        protocol: protocol.parse().map_err(|error| StoreError::corrupt("applications.protocol", error))?,
        name: row.get("name")?,
        client_id: ClientId::parse(&client_id).map_err(|error| StoreError::corrupt("applications.client_id", error))?,
        status: status.parse().map_err(|error| StoreError::corrupt("applications.status", error))?,
        settings: row.get("settings")?,
        created_at: row.get("created_at")?,
        version: row.get("version")?,
    })
}

/// Adds a secret and tells every node.
pub async fn insert_secret(
    tx: &mut Tx,
    application: ApplicationId,
    organisation: OrganisationId,
    secret: &ClientSecret,
) -> Result<(), StoreError> {
    tx.exec(
        "INSERT INTO application_secrets (id, application_id, organisation_id, hash, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6)",
        args![secret.id, application, organisation, secret.hash, secret.created_at, secret.expires_at],
    )
    .await?;
    tx.publish(ClusterEvent::ApplicationChanged(application));
    Ok(())
}

/// The secrets of an application, the oldest first.
pub async fn list_secrets(tx: &mut Tx, application: ApplicationId) -> Result<Vec<ClientSecret>, StoreError> {
    let sql = "SELECT id, hash, created_at, expires_at FROM application_secrets WHERE application_id = $1 \
               ORDER BY created_at, id";
    let read = |row: &Row| {
        Ok(ClientSecret {
            id: row.get("id")?,
            hash: TokenHash::from_bytes(row.get("hash")?),
            created_at: row.get("created_at")?,
            expires_at: row.get("expires_at")?,
        })
    };
    tx.all(sql, args![application]).await?.iter().map(read).collect()
}

/// Lets the secrets of an application end at `at`, those that do not end sooner, and tells every node.
pub async fn end_secrets(tx: &mut Tx, application: ApplicationId, at: Timestamp) -> Result<u64, StoreError> {
    let ended = tx
        .exec(
            "UPDATE application_secrets SET expires_at = $2 \
             WHERE application_id = $1 AND (expires_at IS NULL OR expires_at > $2)",
            args![application, at],
        )
        .await?;
    tx.publish(ClusterEvent::ApplicationChanged(application));
    Ok(ended)
}

/// Deletes secrets that ended before `before`. Returns how many.
pub async fn delete_secrets_over(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.exec("DELETE FROM application_secrets WHERE expires_at < $1", args![before]).await
}
