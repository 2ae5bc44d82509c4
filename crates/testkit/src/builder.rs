//! Fills a test's database: organisations, accounts, roles.

use wardkey_domain::application::{ClientAuthentication as Registered, ClientSettings, RedirectUri};
use wardkey_domain::directory::{
    Account, AccountAddress, AccountFields, AccountRow, OrganisationFields, OrganisationRow, Role,
};
use wardkey_domain::secret::Secret;
use wardkey_usecases::application::{NewApplication, add_application};
use wardkey_usecases::directory::{
    self, ImportMode, IncomingRow, NewAccount, NewRole, UnknownParents, add_account, grant_role, import_organisations,
};

use crate::oidc::{ClientAuthentication, OidcClient};
use crate::test_app::TestApp;
use crate::walk::Person;

/// A password that passes the rules and is nobody's name.
pub const PASSWORD: &str = "teal kettle orbit 42";

impl TestApp {
    /// Adds a general practice with this ODS code.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn add_practice(&self, ods_code: &str) {
        self.add_organisation(ods_code, "").await;
    }

    /// Adds a general practice with this ODS code below another organisation.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn add_organisation(&self, ods_code: &str, parent: &str) {
        let name = format!("Practice {ods_code}");
        let fields =
            OrganisationFields { ods_code, name: &name, kind: "gp_practice", parent, ..OrganisationFields::default() };
        let rows = [IncomingRow { line: 1, row: OrganisationRow::check(&fields) }];
        let (op, mut refused) = (self.operator(), Vec::new());
        let mut progress = |told: directory::ImportProgress<'_>| {
            if let directory::ImportProgress::Refused { errors, .. } = told {
                refused.extend(errors.to_vec());
            }
        };
        let imported =
            import_organisations(&self.app, &op, rows, UnknownParents::Refuse, ImportMode::Write, &mut progress).await;
        assert!(imported.is_ok() && refused.is_empty(), "{imported:?} {refused:?}");
    }

    /// Adds an account that is not activated yet.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn add_account(&self, ods_code: &str, address: &str) -> Account {
        self.add(ods_code, address, None).await
    }

    /// Adds somebody with [`PASSWORD`] and no second factor.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn add_person(&self, ods_code: &str, address: &str) -> Person {
        self.add(ods_code, address, Some(PASSWORD)).await;
        Person::new(address, PASSWORD)
    }

    /// Gives somebody a role for an organisation.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn give_role(&self, address: &str, role: Role, ods_code: &str) {
        let account = self.account(address).await.id;
        let organisation = ods_code.parse().expect("an ODS code");
        let new = NewRole { account, role, organisation, expires_at: None };
        grant_role(&self.app, &self.operator(), &new).await.expect("the role is given");
    }

    /// The account with this address.
    ///
    /// # Panics
    /// When there is none.
    pub async fn account(&self, address: &str) -> Account {
        let address: AccountAddress = address.parse().expect("an address");
        let mut tx = self.app.store().read().await.expect("a transaction");
        let found = wardkey_store::directory::find_account_by_address(&mut tx, &address).await;
        found.expect("the store answers").expect("there is such an account")
    }

    async fn add(&self, ods_code: &str, address: &str, password: Option<&str>) -> Account {
        let fields = AccountFields {
            ods_code,
            address,
            name: "Test Person",
            given_name: "Test",
            family_name: "Person",
            ..AccountFields::default()
        };
        let row = AccountRow::check(&fields).expect("an account that passes the checks");
        let password = match password {
            Some(text) => {
                let hashed = self.app.hashing().hash(self.app.random(), Secret::new(text.to_owned())).await;
                Some(hashed.expect("the password is hashed"))
            }
            None => None,
        };
        add_account(&self.app, &self.operator(), NewAccount { row, password }).await.expect("the account is added")
    }
}

impl TestApp {
    /// Registers an application; gives back a client for it, which reaches this product.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn add_application(&self, ods_code: &str, settings: ClientSettings) -> OidcClient {
        let mut tx = self.app.store().read().await.expect("a transaction");
        let code = ods_code.parse().expect("an ODS code");
        let found =
            wardkey_store::directory::find_organisation_by_code(&mut tx, &code).await.expect("the store answers");
        drop(tx);
        let redirect_uri = settings.redirect_uris.first().map(|uri| uri.as_str().to_owned()).unwrap_or_default();
        let (scope, registered) = (settings.scopes.to_string(), settings.authentication);
        let new = NewApplication {
            organisation: found.expect("the organisation was added").id,
            name: "Rota".to_owned(),
            client_id: None,
            settings,
        };
        let added = add_application(&self.app, &self.operator(), new).await.expect("the application is added");
        let secret = added.secret.map(|secret| secret.expose().clone()).unwrap_or_default();
        OidcClient {
            transport: self.transport(),
            issuer: self.settings().issuer.as_str().to_owned(),
            client_id: added.application.client_id.as_str().to_owned(),
            authentication: match registered {
                Registered::None | Registered::PrivateKeyJwt => ClientAuthentication::Public,
                Registered::ClientSecretBasic => ClientAuthentication::Basic(secret),
                Registered::ClientSecretPost => ClientAuthentication::Post(secret),
            },
            redirect_uri,
            scope,
        }
    }

    /// Registers an application with a secret that signs people in through a browser.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn add_web_application(&self, ods_code: &str) -> OidcClient {
        let redirect_uri = RedirectUri::parse("https://rota.example/callback").expect("an address");
        self.add_application(ods_code, ClientSettings::web(vec![redirect_uri])).await
    }
}
