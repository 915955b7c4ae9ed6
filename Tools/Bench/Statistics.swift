/// The value below which a share of the samples lies: the nearest rank, so always one of the samples.
///
/// - Parameters:
///   - share: from 0 to 1.
///   - samples: in any order, not empty.
/// - Returns: that sample.
func percentile(_ share: Double, of samples: [Double]) -> Double {
  let sorted = samples.sorted()
  let rank = Int((share * Double(sorted.count)).rounded(.up))
  return sorted[min(max(rank, 1), sorted.count) - 1]
}

/// The middle of the samples; of an even number, the mean of the two in the middle.
///
/// - Parameter samples: in any order, not empty.
/// - Returns: the median.
func median(of samples: [Double]) -> Double {
  let sorted = samples.sorted()
  let middle = sorted.count / 2
  return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
}

/// A figure for the script to read: a name and a number.
func report(_ name: String, _ value: Double) {
  print(name, (value * 10_000).rounded() / 10_000)
}
