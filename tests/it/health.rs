//! What operators' machines ask.

use crate::on_sqlite;
use crate::support::Server;

on_sqlite!(readiness_waits_for_no_writer);

async fn readiness_waits_for_no_writer(server: Server) {
    let _stalled = server.stall().await;
    let answer = reqwest::get(format!("{}/readyz", server.url))
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.text().await.unwrap(), "ready\n");
}
