Gem::Specification.new do |s|
  s.name = "individuellplan"
  s.version = "1.0.0"
  s.summary = "Generated client of individuell plan"
  s.authors = ["individuell plan"]
  s.required_ruby_version = ">= 3.0"
  s.files = Dir["lib/**/*.rb"]
  s.add_dependency "grpc", "~> 1.51"
end
