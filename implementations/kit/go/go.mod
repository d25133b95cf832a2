module zarr_adapter

go 1.22
