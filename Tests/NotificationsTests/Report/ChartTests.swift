import Testing

@testable import Notifications

/// Scales of charts, and what is drawn of little.
struct ChartTests {
  @Test(arguments: [
    (0, [0, 1]), (1, [0, 1]), (4, [0, 1, 2, 3, 4]), (5, [0, 2, 4, 6]), (11, [0, 5, 10, 15]),
    (176, [0, 50, 100, 150, 200]), (99_999, [0, 50_000, 100_000]),
  ]) func `a scale ends in a round step at or above the largest value`(maximum: Int, steps: [Int]) {
    #expect(Chart.Scale(upTo: maximum).steps == steps)
  }

  @Test(arguments: [[], [0], [7], [0, 3, 9, 2]])
  func `no value is drawn outside`(values: [Int]) {
    let chart = Chart("debt", labels: values.indices.map { "11-0\($0)" })
    let series = Chart.Series(name: "a & b", color: "#000", values: values)
    for svg in [chart.area(series), chart.bars([series, series])] {
      #expect(!svg.contains("y=\"-") && !svg.contains("\"nan") && !svg.contains("a & b"))
    }
  }
}
