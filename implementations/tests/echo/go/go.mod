module adapter

go 1.22

require zarr_adapter v0.0.0

replace zarr_adapter => ../kit/go
