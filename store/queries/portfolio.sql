-- Every park in one month: verdicts by outcome and the credit owed. Parks without agreements are shown with none.
-- Parameters: month.
SELECT park.facility, park.name, park.status, count(DISTINCT verdict.agreement) AS agreements,
       count(*) FILTER (WHERE verdict = 'met') AS met, count(*) FILTER (WHERE verdict = 'breached') AS breached,
       count(*) FILTER (WHERE verdict = 'open') AS open,
       count(*) FILTER (WHERE verdict IN ('insufficient_data', 'not_measurable')) AS undecided,
       owed.currency, owed.credit_payable
FROM reporting.park
LEFT JOIN reporting.verdict ON verdict.facility = park.facility AND verdict.month = %(month)s
LEFT JOIN (
    SELECT facility, currency, sum(credit_payable) AS credit_payable FROM reporting.score
    WHERE month = %(month)s GROUP BY facility, currency) AS owed ON owed.facility = park.facility
GROUP BY park.facility, park.name, park.status, owed.currency, owed.credit_payable
ORDER BY park.name
