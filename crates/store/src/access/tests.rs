use super::*;
use crate::both_engines;

both_engines!(an_epoch_begins_with_each_change, |store| async {
    let mut tx = store.begin().await.unwrap();
    assert_eq!(epoch(&mut tx).await.unwrap(), 0);
    bump_epoch(&mut tx).await.unwrap();
    bump_epoch(&mut tx).await.unwrap();
    assert_eq!(epoch(&mut tx).await.unwrap(), 2);
    tx.commit().await.unwrap();
});
