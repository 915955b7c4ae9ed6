import JSON

/// One row as `to_jsonb` gives it: a value for each column.
public typealias Row = [String: JSON]
