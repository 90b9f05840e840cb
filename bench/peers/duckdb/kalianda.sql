-- Scores of Kalianda (general, health and education items) from the inputs' views, and nothing else: no row is refused,
-- nothing is kept of what a score was made of. Variables: first_day, last_day (of the quarter).
-- Numbers are DOUBLE; the last rounding leans away from binary dust, so that ties go as they do on paper.
CREATE MACRO stored(number) AS round(number + 1e-9, 2);
-- greatest and least pass over NULL.
CREATE MACRO capped(number) AS CASE WHEN number IS NOT NULL THEN least(greatest(number, 0), 120) END;
CREATE MACRO higher(value, target) AS capped(100 * value / target);
CREATE MACRO lower_is_better(value, target) AS capped(100 * (2 - value / target));
CREATE MACRO discipline_scale(value) AS
    CASE WHEN value <= 90 THEN value WHEN value <= 98 THEN 90 + (value - 90) * 1.25 ELSE 100 + (value - 98) * 7.5 END;
CREATE MACRO behaviour_scale(value) AS
    CASE WHEN value <= 2 THEN 60 + (value - 1) * 40 ELSE 100 + (value - 2) * 20 END;
CREATE MACRO cut(minutes) AS CASE WHEN minutes IS NULL THEN 1.5 WHEN minutes <= 0 THEN 0 WHEN minutes <= 30 THEN 0.5
    WHEN minutes <= 60 THEN 1 WHEN minutes <= 90 THEN 1.25 ELSE 1.5 END::DOUBLE;
CREATE MACRO in_quarter(moment) AS
    moment >= getvariable('first_day')::TIMESTAMP AND moment < (getvariable('last_day') + 1)::TIMESTAMP;

-- Who is scored.
CREATE TABLE spells AS
SELECT employee_id, unit_id, sector, start_date, coalesce(end_date, DATE '9999-12-31') AS until,
    greatest(start_date, getvariable('first_day')) AS opens, least(until, getvariable('last_day')) AS closes,
    CASE WHEN schedule_id IN (SELECT schedule_id FROM schedules) THEN schedule_id ELSE '' END AS schedule
FROM employees;
CREATE TABLE people AS
SELECT DISTINCT ON (employee_id) employee_id, unit_id, sector
FROM spells WHERE opens <= closes ORDER BY employee_id, closes - opens DESC, start_date DESC;

-- Days: the working days of every schedule, to the day after the quarter; then of every spell.
CREATE TABLE hours AS
WITH clock AS (
    SELECT schedule_id AS schedule, weekday, start_time, end_time, coalesce(day_starts_at, TIME '00:00') AS day_starts_at
    FROM schedules
    UNION ALL
    SELECT '', day, TIME '07:30', CASE day WHEN 5 THEN TIME '16:30' ELSE TIME '16:00' END, TIME '00:00'
    FROM range(1, 6) AS days(day)
), dates AS (
    SELECT unnest(generate_series(getvariable('first_day')::TIMESTAMP, (getvariable('last_day') + 1)::TIMESTAMP,
        INTERVAL 1 DAY))::DATE AS date
)
SELECT schedule, date, day_starts_at > TIME '00:00' AS is_night,
    date + start_time + CASE WHEN start_time < day_starts_at THEN INTERVAL 1 DAY ELSE INTERVAL 0 DAY END AS starts_at,
    date + end_time + CASE WHEN date + end_time <= starts_at THEN INTERVAL 1 DAY ELSE INTERVAL 0 DAY END AS ends_at
FROM dates JOIN clock ON weekday = isodow(date)
WHERE date NOT IN (SELECT date FROM calendar);
SET VARIABLE opening = (SELECT coalesce(max(day_starts_at), TIME '00:00') FROM schedules);
CREATE TABLE leave_days AS
SELECT DISTINCT employee_id, unnest(generate_series(greatest(start_date, getvariable('first_day'))::TIMESTAMP,
    least(end_date, getvariable('last_day'))::TIMESTAMP, INTERVAL 1 DAY))::DATE AS date
FROM leave WHERE start_date <= getvariable('last_day') AND end_date >= getvariable('first_day');
CREATE TABLE working_days AS
SELECT s.employee_id, s.unit_id, h.date, h.is_night, h.starts_at, h.ends_at
FROM spells s JOIN hours h ON h.schedule = s.schedule AND h.date BETWEEN s.start_date AND s.until;

-- Attendance, read once: first and last event of each half day a window may open in.
CREATE TABLE moments AS
SELECT employee_id, moment::DATE AS date, moment::TIME >= getvariable('opening') AS is_late_half,
    min(moment) AS first, max(moment) AS last, bool_or(direction = 'in') AS has_in, bool_or(direction = 'out') AS has_out
FROM attendance
WHERE moment >= getvariable('first_day')::TIMESTAMP AND moment < (getvariable('last_day') + 2)::TIMESTAMP
GROUP BY ALL;
CREATE TABLE recorded AS
SELECT DISTINCT s.unit_id, m.date, false AS is_night
FROM (SELECT DISTINCT employee_id, date FROM moments) m
JOIN spells s ON s.employee_id = m.employee_id AND m.date BETWEEN s.start_date AND s.until
UNION ALL
SELECT DISTINCT s.unit_id, m.day, true
FROM (SELECT DISTINCT employee_id, CASE WHEN is_late_half THEN date ELSE date - 1 END AS day FROM moments) m
JOIN spells s ON s.employee_id = m.employee_id AND m.day BETWEEN s.start_date AND s.until;
CREATE TABLE attended AS
WITH owned AS (
    SELECT w.employee_id, w.date, w.starts_at, w.ends_at, m.first, m.last, m.has_in, m.has_out
    FROM working_days w JOIN moments m ON m.employee_id = w.employee_id AND m.date = w.date
    WHERE m.is_late_half OR NOT w.is_night
    UNION ALL
    SELECT w.employee_id, w.date, w.starts_at, w.ends_at, m.first, m.last, m.has_in, m.has_out
    FROM working_days w JOIN moments m ON m.employee_id = w.employee_id AND m.date = w.date + 1
    WHERE w.is_night AND NOT m.is_late_half AND NOT EXISTS (
        FROM working_days later
        WHERE later.employee_id = m.employee_id AND later.date = m.date AND NOT later.is_night)
), days AS (
    SELECT employee_id, date, starts_at, ends_at, min(first) AS first, max(last) AS last,
        coalesce(bool_or(has_in), false) AS has_in, coalesce(bool_or(has_out), false) AS has_out
    FROM owned GROUP BY ALL
), sides AS (
    SELECT *, first = last AS is_single, CASE WHEN has_in <> has_out THEN has_in
        ELSE abs(epoch_us(first) - epoch_us(starts_at)) <= abs(epoch_us(first) - epoch_us(ends_at)) END AS is_arrival
    FROM days
)
SELECT employee_id, date,
    cut(CASE WHEN NOT is_single OR is_arrival THEN (epoch_us(first) - epoch_us(starts_at)) // 60000000 END)
    + cut(CASE WHEN NOT is_single OR NOT is_arrival THEN (epoch_us(ends_at) - epoch_us(last)) // 60000000 END) AS cuts
FROM sides;
CREATE TABLE day_counts AS
SELECT w.employee_id, date_trunc('month', w.date) AS month, count(*) AS n_countable, count(r.date) AS n_recorded,
    sum(CASE WHEN r.date IS NOT NULL THEN coalesce(a.cuts, 3) END) AS cuts
FROM working_days w
ANTI JOIN leave_days l ON l.employee_id = w.employee_id AND l.date = w.date
LEFT JOIN recorded r ON r.unit_id = w.unit_id AND r.date = w.date AND r.is_night = w.is_night
LEFT JOIN attended a ON a.employee_id = w.employee_id AND a.date = w.date
WHERE w.date <= getvariable('last_day')
GROUP BY ALL;
CREATE TABLE presence AS
SELECT p.employee_id, coalesce(sum(d.n_countable), 0) AS n_countable, coalesce(sum(d.n_recorded), 0) AS n_recorded,
    avg(greatest(100 - d.cuts, 0)) FILTER (d.n_recorded > 0) AS value,
    p.employee_id IN (SELECT employee_id FROM moments WHERE date <= getvariable('last_day')) AS has_appeared
FROM people p LEFT JOIN day_counts d USING (employee_id) GROUP BY ALL;

-- Requests: their clocks, in calendar hours for documents, in working days for the rest.
CREATE TABLE workdays AS
SELECT date, sum(CASE WHEN isodow(date) < 6 AND date NOT IN (SELECT date FROM calendar) THEN 1 ELSE 0 END)
    OVER (ORDER BY date) AS number
FROM (SELECT unnest(generate_series(getvariable('first_day')::TIMESTAMP - INTERVAL 200 DAY,
    getvariable('last_day')::TIMESTAMP + INTERVAL 200 DAY, INTERVAL 1 DAY))::DATE AS date);
CREATE TABLE due_days AS
SELECT from_day.date AS submitted_on, clock.class, min(to_day.date) AS due_on
FROM workdays from_day
CROSS JOIN (VALUES ('information', 5), ('non_supervisory', 14), ('supervisory', 60)) AS clock(class, days)
JOIN workdays to_day ON to_day.number = from_day.number + clock.days
GROUP BY ALL;
CREATE TABLE requests AS
SELECT r.employee_id, r.kind, r.closed_at, r.status = 'closed' AND r.closed_at IS NOT NULL AS is_closed,
    coalesce(r.complete_at, r.submitted_at) AS started_at, coalesce(r.paused_hours, 0) AS paused,
    coalesce(s.limit_hours, 24) AS limit_hours, r.status IN ('rejected', 'not_in_authority', 'postponed') AS is_not_owed,
    coalesce(r.due_at, CASE WHEN r.kind = 'document'
        THEN make_timestamp(epoch_us(started_at) + ((limit_hours + paused) * 3600000000)::BIGINT)
        ELSE (d.due_on + 1)::TIMESTAMP - INTERVAL 1 MICROSECOND END) AS due
FROM service_requests r
LEFT JOIN service_standards s USING (service_type)
LEFT JOIN due_days d ON r.kind <> 'document' AND d.submitted_on = r.submitted_at::DATE
    AND d.class = CASE r.kind WHEN 'information' THEN 'information' ELSE coalesce(r.complaint_class, 'non_supervisory') END
WHERE r.employee_id IS NOT NULL;
CREATE TABLE served AS
SELECT employee_id,
    median(greatest((epoch_us(closed_at) - epoch_us(started_at)) / 3.6e9 - paused, 0) / limit_hours)
        FILTER (kind = 'document' AND is_closed AND in_quarter(closed_at)) AS completion,
    count(*) FILTER (kind = 'complaint' AND NOT is_not_owed AND in_quarter(due)) AS n_complaints,
    count(*) FILTER (kind = 'complaint' AND NOT is_not_owed AND in_quarter(due) AND is_closed
        AND closed_at < (getvariable('last_day') + 1)::TIMESTAMP) AS n_handled,
    count(*) FILTER (NOT is_not_owed AND in_quarter(due)) AS n_due,
    count(*) FILTER (NOT is_not_owed AND in_quarter(due) AND is_closed AND closed_at <= due) AS n_in_time
FROM requests GROUP BY employee_id;

-- Surveys: a person's index and his unit's, by audience.
CREATE TABLE answers AS
SELECT * FROM survey_responses
WHERE in_quarter(submitted_at) AND coalesce(u1, u2, u3, u4, u5, u6, u7, u8, u9) IS NOT NULL;
CREATE MACRO index_of(a, b, c, d, e, f, g, h, i) AS 25 * list_avg([a, b, c, d, e, f, g, h, i]);
CREATE TABLE own_index AS
SELECT employee_id, audience, count(*) AS n, index_of(avg(u1), avg(u2), avg(u3), avg(u4), avg(u5), avg(u6), avg(u7),
    avg(u8), avg(u9)) AS ikm
FROM answers WHERE employee_id IS NOT NULL GROUP BY employee_id, audience;
CREATE TABLE unit_index AS
SELECT unit_id, audience, count(*) AS n, index_of(avg(u1), avg(u2), avg(u3), avg(u4), avg(u5), avg(u6), avg(u7),
    avg(u8), avg(u9)) AS ikm
FROM answers GROUP BY unit_id, audience;
CREATE TABLE satisfaction AS
SELECT p.employee_id, CASE
    WHEN o.n >= 5 AND u.n >= 5 THEN (o.n * o.ikm + 10 * u.ikm) / (o.n + 10)
    WHEN o.n >= 5 THEN o.ikm
    WHEN u.n >= 5 THEN u.ikm END AS value
FROM (SELECT *, CASE sector WHEN 'health' THEN 'patient' WHEN 'education' THEN 'student' ELSE 'citizen' END AS audience
    FROM people) p
LEFT JOIN own_index o ON o.employee_id = p.employee_id AND o.audience = p.audience
LEFT JOIN unit_index u ON u.unit_id = p.unit_id AND u.audience = p.audience;

-- Work plan: the last report of each objective.
CREATE TABLE work_plan AS
WITH last_report AS (
    SELECT employee_id, objective_id,
        arg_max(realised, (reported_at, coalesce(due_at, TIMESTAMP '1900-01-01'), realised)) AS realised
    FROM progress
    WHERE reported_at < (getvariable('last_day') + 1)::TIMESTAMP AND realised IS NOT NULL
    GROUP BY ALL
), graded AS (
    SELECT o.employee_id, o.weight, CASE
        WHEN r.realised IS NULL THEN 0
        WHEN o.direction = 'lower' THEN lower_is_better(r.realised, o.target)
        WHEN o.due_date > getvariable('last_day')
        THEN higher(r.realised, o.target * (getvariable('last_day') - o.start_date + 1) / (o.due_date - o.start_date + 1))
        ELSE higher(r.realised, o.target) END AS achievement
    FROM objectives o LEFT JOIN last_report r USING (employee_id, objective_id)
    WHERE o.start_date <= getvariable('last_day') AND o.due_date >= getvariable('first_day')
)
SELECT employee_id, sum(weight * achievement) / sum(weight) AS value FROM graded GROUP BY employee_id;

-- Behaviour: the latest row of each rater, role and item.
CREATE TABLE behaviour AS
WITH latest AS (
    SELECT employee_id, rater_role, arg_max(1 + 2 * (level - 1) / (level_max - 1), submitted_at) AS level
    FROM ratings
    WHERE instrument = 'behaviour' AND rater_role <> 'self' AND in_quarter(submitted_at)
    GROUP BY employee_id, rater_id, rater_role, item
), means AS (
    SELECT employee_id, avg(level) FILTER (rater_role = 'supervisor') AS supervisor,
        avg(level) FILTER (rater_role <> 'supervisor') AS others
    FROM latest GROUP BY employee_id
)
SELECT employee_id, coalesce(0.6 * supervisor + 0.4 * others, supervisor) AS value
FROM means WHERE supervisor IS NOT NULL;

-- Items, groups, score, rating.
CREATE TABLE items AS
SELECT p.employee_id, item.*
FROM people p
LEFT JOIN served r USING (employee_id)
LEFT JOIN satisfaction s USING (employee_id)
LEFT JOIN work_plan w USING (employee_id)
LEFT JOIN presence d USING (employee_id)
LEFT JOIN behaviour b USING (employee_id)
CROSS JOIN LATERAL (VALUES
    ('general', 'results', 35, lower_is_better(r.completion, 1), r.completion IS NULL),
    ('general', 'results', 35, higher(s.value, 80), false),
    ('general', 'results', 30, higher(r.n_handled / nullif(r.n_complaints, 0), 0.95), coalesce(r.n_complaints, 0) = 0),
    ('health', 'results', 50, higher(s.value, 80), false),
    ('health', 'results', 50, higher(r.n_in_time / nullif(r.n_due, 0), 0.95), coalesce(r.n_due, 0) = 0),
    ('education', 'results', 40, higher(s.value, 80), false),
    ('education', 'results', 60, w.value, false),
    (NULL, 'behaviour', 50,
        CASE WHEN d.has_appeared AND d.n_recorded > 0 AND 2 * d.n_recorded >= d.n_countable
            THEN discipline_scale(d.value) END,
        d.n_countable = 0 OR (d.has_appeared AND d.n_recorded = 0)),
    (NULL, 'behaviour', 50, behaviour_scale(b.value), false)
) AS item(sector, item_group, weight, achievement, is_not_applicable)
WHERE item.sector IS NULL
    OR item.sector = CASE WHEN p.sector IN ('health', 'education') THEN p.sector ELSE 'general' END;
CREATE TABLE scores AS
WITH sums AS (
    SELECT employee_id, item_group, sum(weight) AS whole, sum(weight) FILTER (NOT is_not_applicable) AS live,
        sum(weight) FILTER (achievement IS NOT NULL) AS scored,
        sum(weight * achievement) / sum(weight) FILTER (achievement IS NOT NULL) AS mean
    FROM items GROUP BY employee_id, item_group
), covered AS (
    SELECT employee_id, item_group, CASE WHEN 10 * scored >= 6 * live AND 10 * scored >= 3 * whole THEN mean END AS mean
    FROM sums
), groups AS (
    SELECT employee_id, any_value(mean) FILTER (item_group = 'results') AS results,
        any_value(mean) FILTER (item_group = 'behaviour') AS behaviour
    FROM covered GROUP BY employee_id
), rated AS (
    SELECT employee_id, stored(results) AS results_score, stored(behaviour) AS behaviour_score,
        n_countable < 10 AS is_too_short, results IS NULL OR behaviour IS NULL AS is_missing,
        CASE WHEN NOT is_too_short THEN stored(0.7 * results + 0.3 * behaviour) END AS score,
        CASE WHEN results_score >= 110 THEN 'above' WHEN results_score >= 90 THEN 'meets'
            WHEN results_score IS NOT NULL THEN 'below' END AS results_rating,
        CASE WHEN behaviour_score >= 110 THEN 'above' WHEN behaviour_score >= 90 THEN 'meets'
            WHEN behaviour_score IS NOT NULL THEN 'below' END AS behaviour_rating
    FROM groups JOIN presence USING (employee_id)
)
SELECT employee_id, results_score, behaviour_score, score, results_rating, behaviour_rating,
    CASE WHEN score IS NULL THEN NULL
        WHEN behaviour_rating = 'below' THEN CASE results_rating WHEN 'below' THEN 'Sangat Kurang' ELSE 'Kurang/Misconduct' END
        WHEN results_rating = 'below' THEN 'Butuh Perbaikan'
        WHEN results_rating = 'above' AND behaviour_rating = 'above' THEN 'Sangat Baik'
        ELSE 'Baik' END AS proposed_rating,
    CASE WHEN is_too_short THEN 'NOT_APPLICABLE' WHEN is_missing THEN 'INSUFFICIENT_DATA' ELSE 'SCORED' END AS status
FROM rated ORDER BY employee_id;
COPY scores TO (getvariable('output')) (FORMAT parquet);
