//! Windows of time, in which AWS does what would disturb.

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const DAY: u32 = 24 * 60;

/// The minutes after midnight of `03:30`.
fn minutes(text: &str) -> Option<u32> {
    let (hours, minutes) = text.split_once(':')?;
    let two = |text: &str| {
        (text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
    };
    let (hours, minutes): (u32, u32) = (two(hours)?, two(minutes)?);
    (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
}

/// How long a daily window is, such as `23:30-00:30`.
pub(super) fn daily(window: &str) -> Option<u32> {
    let (from, to) = window.split_once('-')?;
    Some((minutes(to)? + DAY - minutes(from)?) % DAY)
}

/// How long a weekly window is, such as `sun:23:30-mon:00:30`.
pub(super) fn weekly(window: &str) -> Option<u32> {
    let of_week = |text: &str| {
        let (day, time) = text.split_once(':')?;
        let day = DAYS.iter().position(|known| day.eq_ignore_ascii_case(known))?;
        Some(u32::try_from(day).ok()? * DAY + minutes(time)?)
    };
    let (from, to) = window.split_once('-')?;
    Some((of_week(to)? + 7 * DAY - of_week(from)?) % (7 * DAY))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_have_a_length_across_midnight() {
        assert_eq!(daily("03:00-04:00"), Some(60));
        assert_eq!(daily("23:30-00:45"), Some(75));
        assert_eq!(weekly("sun:23:30-mon:00:30"), Some(60));
        assert_eq!(weekly("Tue:04:00-tue:04:30"), Some(30));
        for wrong in
            ["", "3:00-4:00", "03:00", "24:00-01:00", "03:60-04:00", "+3:00-04:00", "sun:03:00-sun:04:00"]
        {
            assert_eq!(daily(wrong), None, "{wrong}");
        }
        for wrong in ["", "03:00-04:00", "sunday:03:00-sun:04:00", "sun-mon", "sun:03:00"] {
            assert_eq!(weekly(wrong), None, "{wrong}");
        }
    }
}
