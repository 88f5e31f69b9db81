//! Pages of long lists, cut by the place of their last row.

/// Cuts what was read to a page; returns the place of its last row if more follow. One row more than a page
/// has must have been asked for.
pub(crate) fn cut<T, P>(rows: &mut Vec<T>, page: i64, place: impl Fn(&T) -> P) -> Option<P> {
    let page = usize::try_from(page).unwrap_or(usize::MAX);
    let more = rows.len() > page;
    rows.truncate(page);
    rows.last().filter(|_| more).map(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_of_the_last_row_is_told_only_if_more_follow() {
        let cut = |mut rows: Vec<i32>| (cut(&mut rows, 2, |row| *row), rows);
        assert_eq!(cut(vec![]), (None, vec![]));
        assert_eq!(cut(vec![7, 5]), (None, vec![7, 5]));
        assert_eq!(cut(vec![7, 5, 3]), (Some(5), vec![7, 5]));
    }
}
