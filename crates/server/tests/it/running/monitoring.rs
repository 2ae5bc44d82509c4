//! What monitoring asks.

use wardkey_testkit::Folder;

use crate::process::{Server, Setup};

fn setup(folder: &Folder, more: &str) -> Setup {
    Setup::new(folder, &format!("sqlite:{}", folder.file("wardkey.db").display()), more)
}

async fn get(url: &str, token: Option<&str>) -> (u16, String) {
    let transport = wardkey_testkit::Transport::http(url);
    let mut request = axum::http::Request::builder().uri("/metrics");
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let answer = transport.send(request.body(Vec::new()).unwrap()).await;
    (answer.status().as_u16(), String::from_utf8_lossy(answer.body()).into_owned())
}

#[tokio::test]
async fn figures_are_off_unless_somebody_may_read_them() {
    let folder = Folder::new();
    let server = Server::start(&setup(&folder, "")).await;
    assert_eq!(get(&server.base, None).await.0, 404);
}

#[tokio::test]
async fn figures_open_with_the_token() {
    let folder = Folder::new();
    let token = "0123456789abcdef0123456789abcdef";
    let server = Server::start_with(&setup(&folder, ""), &[("WARDKEY_METRICS_TOKEN", token)]).await;
    assert_eq!(get(&server.base, None).await.0, 401);
    assert_eq!(get(&server.base, Some("0123456789abcdef0123456789abcdeg")).await.0, 401);
    let transport = wardkey_testkit::Transport::http(server.base.clone());
    let health = transport.send(axum::http::Request::get("/healthz").body(Vec::new()).unwrap()).await;
    assert_eq!(health.status(), 200);
    let ready = transport.send(axum::http::Request::get("/readyz").body(Vec::new()).unwrap()).await;
    assert_eq!(ready.status(), 200);
    let (status, figures) = get(&server.base, Some(token)).await;
    assert_eq!(status, 200);
    assert!(figures.contains("wardkey_requests_total{route=\"/healthz\",status=\"2xx\"} 1"), "{figures}");
    assert!(figures.contains("wardkey_request_duration_seconds_bucket"), "{figures}");
}

#[tokio::test]
async fn figures_and_a_verb_tell_that_nobody_takes_the_audit() {
    let folder = Folder::new();
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let stream =
        format!("[stream_syslog]\nhost = \"127.0.0.1\"\nport = {nobody}\ntls = \"off\"\nbegin = \"beginning\"\n");
    let (setup, token) = (setup(&folder, &stream), "0123456789abcdef0123456789abcdef");
    let server = Server::start_with(&setup, &[("WARDKEY_METRICS_TOKEN", token)]).await;
    let told = async {
        loop {
            let (_, figures) = get(&server.base, Some(token)).await;
            if figures.contains("wardkey_stream_failing{stream=\"stream_syslog\"} 1") {
                return figures;
            }
        }
    };
    let figures = tokio::time::timeout(std::time::Duration::from_secs(30), told).await.expect("it is told");
    assert!(
        figures.contains("wardkey_stream_failures_total{stream=\"stream_syslog\",why=\"unreachable\"}"),
        "{figures}"
    );
    assert!(figures.contains("wardkey_stream_behind_events{stream=\"stream_syslog\"}"), "{figures}");
    let listed = setup.command(&["stream", "list"]).output().unwrap();
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    assert!(listed.starts_with("stream_syslog: ") && listed.contains(": unreachable, "), "{listed}");
    let kept = setup.command(&["stream", "forget", "stream_syslog"]).output().unwrap();
    assert!(!kept.status.success(), "it is still configured");
    assert!(String::from_utf8_lossy(&kept.stderr).contains("take it out of the configuration first"));
}

#[test]
fn a_short_token_is_refused() {
    let folder = Folder::new();
    let output = setup(&folder, "").command(&["check-config"]).env("WARDKEY_METRICS_TOKEN", "short").output().unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("at least 32 characters"));
}
