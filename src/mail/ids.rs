//! Lists of ids in statements.

use uuid::Uuid;

/// The ids, some of them repeated, so that their number is a power of two: a statement for each
/// number would crowd the others out of the caches of prepared statements.
pub(super) fn padded(ids: &[Uuid]) -> Vec<Uuid> {
    let mut padded = ids.to_vec();
    if let Some(last) = ids.last() {
        padded.resize(ids.len().next_power_of_two(), *last);
    }
    padded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_ids_have_few_lengths() {
        let ids: Vec<_> = (0..5).map(Uuid::from_u128).collect();
        assert_eq!(padded(&ids).len(), 8);
        assert_eq!(padded(&ids[..1]).len(), 1);
        assert_eq!(padded(&[]).len(), 0);
    }
}
